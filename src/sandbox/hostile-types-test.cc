// Types as a weapon: each ends within the deadline as `unavailable` or as diagnostics, and the next
// check works.
#include <gtest/gtest.h>

#include "sandbox/type-checker-fixture.h"

namespace executor::sandbox {
namespace {

struct HostileTypes {
  const char* name;
  std::string source;
};

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

std::vector<HostileTypes> hostileTypes() {
  std::string members;
  for (int i = 0; i < 60; ++i) members += (i == 0 ? "'" : "|'") + std::to_string(i) + "'";
  return {
      {"a type that doubles at each level",
       "type D<T, N extends any[]> = N extends [any, ...infer R] ? D<[T, T], R> : T;"
       "type Big = D<1, [" +
           repeated("1,", 40) +
           "]>; const a: Big = 1 as any; const b: "
           "D<2, [" +
           repeated("1,", 40) + "]> = a;"},
      {"a union of all combinations",
       "type U = " + members + "; type C = `${U}${U}${U}`; const c: C = 'x';"},
      {"a relation that tries all pairs",
       "type U = " + members +
           "; type P = { [A in U]: { [B in U]: { [C in U]: [A, B, C] } } };"
           "type Q = { [A in U]: { [B in U]: { [C in U]: [A, B, C, 1?] } } };"
           "declare const p: P; const q: Q = p; const r: P[U][U][U] = 1;"},
      {"counting by recursion",
       "type N<T extends any[] = []> = T['length'] extends 999 ? T : N<[...T, 1]>;"
       "type F<A extends any[], B extends any[]> = B extends [any, ...infer R] ? "
       "F<[...A, ...N], R> : A; const x: F<[], N> = 1;"},
      {"conditional types in conditional types",
       "type X<T, D extends 1[]> = D['length'] extends 24 ? T : X<T, [...D, 1]> | "
       "X<[T], [...D, 1]>; const x: X<1, []> = 2;"},
      {"inference through nested calls",
       "declare function f<T>(a: T, b: T): [T, T]; const x = " + repeated("f(f(1,2),", 2000) + "1" +
           repeated(")", 2000) + ";"},
      {"a deeply nested expression",
       "const x = " + repeated("(", 100'000) + "1" + repeated(")", 100'000) + ";"},
      {"a deeply nested type",
       "type X = " + repeated("[", 100'000) + "1" + repeated("]", 100'000) + ";"},
      {"a hundred thousand operators", "const x = 1" + repeated("+1", 100'000) + ";"},
      {"overloads by the thousand",
       repeated("declare function f(a: { x: 1 }, b: { y: 2 }): void;", 3000) +
           repeated("f({ x: 2 }, { y: 3 });", 300)},
      {"a string of template types",
       "type R<S extends string, N extends any[]> = N['length'] extends 20 ? S : "
       "R<`${S}${S}`, [...N, 1]>; const x: R<'ab', []> = '';"},
  };
}

// Deadlines as the server has them, so that the hostile ones are late; with patience where the
// machine, not the program, would be the reason.
struct HostileBench {
  asio::io_context loop;
  std::unique_ptr<TypeChecker> checker = makeTypeChecker(
      {.deadline = std::chrono::milliseconds(250), .coldDeadline = std::chrono::seconds(20)},
      loop.get_executor());
};

// The first check after a trouble is a cold one, so it has time; it must be answered.
void expectWorks(HostileBench& bench, const char* after) {
  const auto found = checkOn(bench.loop, *bench.checker, "const x: number = 'a';");
  ASSERT_TRUE(found) << "after " << after << ": " << found.error().detail;
  ASSERT_EQ(found->size(), 1u) << after;
  EXPECT_EQ(found->front().code, 2322) << after;
}

TEST(HostileTypes, EachEndsAndTheNextCheckWorks) {
  HostileBench bench;
  expectWorks(bench, "start");
  for (const HostileTypes& hostile : hostileTypes()) {
    const auto found = checkOn(bench.loop, *bench.checker, hostile.source);
    if (!found) {
      EXPECT_EQ(found.error().code, ErrorCode::unavailable) << hostile.name;
    }
    expectWorks(bench, hostile.name);
  }
}

// Ten thousand names in a mapped type of mapped types: gigabytes, if it were let.
TEST(HostileTypes, AMemoryBombEndsInUnavailable) {
  asio::io_context loop;
  const auto checker = makeTypeChecker(
      {.deadline = std::chrono::seconds(2), .coldDeadline = std::chrono::seconds(20)},
      loop.get_executor());
  ASSERT_TRUE(checkOn(loop, *checker, "export {};"));
  const auto found = checkOn(
      loop, *checker,
      "type U = 'a'|'b'|'c'|'d'|'e'|'f'|'g'|'h'|'i'|'j'; type S = `${U}${U}${U}${U}`;"
      "type M = { [A in S]: { [B in S]: { a: A, b: B } } };"
      "declare const m: M; type K = { [A in S]: M[A][S] }; const k: K = m; const l: M = k;");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(checkOn(loop, *checker, "export {};"));
}

}  // namespace
}  // namespace executor::sandbox
