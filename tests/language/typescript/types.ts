// Everything that is only types leaves no trace.
interface Issue { id: number; title?: string; readonly tags: readonly string[] }
type Result<T, E extends Error = Error> = { ok: true; value: T } | { ok: false; error: E };
type Keys = keyof Issue;
type Maybe = { [K in Keys]?: Issue[K] };
type Elem<T> = T extends (infer U)[] ? U : never;
declare const outside: unique symbol;
declare function later(x: number): string;
declare global { interface Window { x: number } }
abstract class Animal { abstract sound(): string; declare tag: string; protected name!: string;
  constructor(name: string) { this.name = name; }
  toString(): string { return this.name + this.sound(); }
  private hidden?(): void; }
class Dog extends Animal implements Partial<Maybe> {
  sound(this: Dog): string { return '!'; }
  [key: string]: any;
}
function first<T,>(list: readonly T[], fallback?: T): T | undefined;
function first(list: any, fallback?: any): any { return list[0] ?? fallback; }
const identity = <T,>(x: T): T => x;
const a = { id: 1, tags: ['x'] } satisfies Issue as const;
const n = (a as unknown as { id: number })!.id!;
const r: Result<number> = { ok: true, value: <number>n };
const isText = (x: unknown): x is string => typeof x === 'string';
function check(x: unknown): asserts x is number {
  if (typeof x !== 'number') throw new TypeError('no');
}
let later2!: number;
later2 = 5;
for (const x of [1, 2] as number[]) check(x);
const opt = (o?: { f?: () => number }) => o?.f?.()! + 1;
same([String(new Dog('rex')), first<number>([7]), identity<string>('i'), r.value, isText('s'),
  later2, opt({ f: () => 1 })],
  ['rex!', 7, 'i', 1, true, 5, 2]);
type Deep = { a: { b: Elem<string[]> } };
const t: [first: string, second?: number, ...rest: boolean[]] = ['a', 1, true];
same(t.length, 3);
try { check('x'); } catch (e: unknown) { same((e as Error).message, 'no'); }
export_: { break export_; }
const obj = { async *gen<T>(x: T): AsyncGenerator<T> { yield x; }, get v(): number { return 1; } };
for await (const x of obj.gen<number>(3)) same(x, 3);
same(obj.v, 1);
let v: typeof n = 2, w: `a${string}` = 'ab', u: -1 | 1n = -1;
same([v, w, u], [2, 'ab', -1]);
