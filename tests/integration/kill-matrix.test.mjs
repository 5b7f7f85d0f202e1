// At every crash point, with 1 and 10 executions under way: nothing is lost, nothing unsafe is done
// twice, everything else finishes (issue 4, show 1). `make soak` runs it with 100 as well.
import test from 'node:test';
import assert from 'node:assert/strict';
import { crashPoints, killAt, stopWhileLeaving } from '../support/kill-matrix.mjs';

// Passed only when another server is dead: take-over-test.cc kills there.
const ofTwoServers = ['before_take_over', 'after_take_over'];
// Passed only in an orderly stop.
const ofStopping = ['before_hand_over', 'after_hand_over'];
// All others are passed by the first server already: every program of the matrix leaves memory for
// its human and comes back.
const counts = (process.env.KILL_COUNTS ?? '1,10').split(',').map(Number);

test('the list of crash points is the one in the header', () => {
  assert.ok(crashPoints.length >= 26, crashPoints.join(' '));
  for (const point of [...ofTwoServers, ...ofStopping]) assert.ok(crashPoints.includes(point), point);
});

test('nothing is lost and nothing is done twice', { concurrency: 2 }, async (t) => {
  const cases = crashPoints
    .filter((point) => !ofTwoServers.includes(point))
    .flatMap((point) => counts.map((count) => ({ point, count })));
  await Promise.all(
    cases.map(({ point, count }) =>
      t.test(`${point} with ${count}`, { timeout: 200_000 }, async (one) => {
        const told = await killAt(point, count, { stopFirst: ofStopping.includes(point) });
        one.diagnostic(JSON.stringify(told));
      }),
    ),
  );
});

// The process must not end before its store has done what it was given.
test('a server stops in order while executions leave memory', { timeout: 120_000 }, async () => {
  assert.deepEqual(await stopWhileLeaving(20, 10), { exits: ['0'], lost: 0 });
});
