// Types next to the newest syntax.
class Resource implements Disposable { [Symbol.dispose](): void { log.push('closed'); } }
const log: string[] = [];
{ using r: Resource = new Resource(); log.push('open'); }
{ await using r: AsyncDisposable = { async [Symbol.asyncDispose]() { log.push('async'); } }; }
same(log, ['open', 'closed', 'async']);
class Store<const T extends readonly string[]> {
  #items = new Map<T[number], number>();
  static readonly #max: number = 2;
  accessor: number = 1;
  static { log.push('static' as string); }
  add(key: T[number], n: number): this { this.#items.set(key, n); return this; }
  get size(): number { return Math.min(this.#items.size, Store.#max); }
}
same(new Store<['a', 'b']>().add('a', 1).add('b', 2).size, 2);
const regexp: RegExp = /[\p{L}--[a-z]]/v;
same(regexp.test('A'), true);
let maybe: { list?: number[] } | undefined = { list: [1] };
maybe!.list![0]! += 1;
(maybe as any).extra ??= { deep: 1 } satisfies Record<string, number>;
same(maybe, { list: [2], extra: { deep: 1 } });
const big: bigint = 1_000n ** 2n;
same(String(big), '1000000');
