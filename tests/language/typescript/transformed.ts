// What has to become code: enums, namespaces, parameter properties.
enum Color { Red, Green = 5, Blue }
enum Text { A = 'a', B = `b` }
enum Flags { None = 0, X = 1 << 0, Y = 1 << 1, XY = X | Y }
const enum Fast { One = 1, Two = One + 1 }
same([Color.Blue, Color[5], Text.B, Flags.XY, Fast.Two], [6, 'Green', 'b', 3, 2]);
namespace Geometry {
  export const unit = 2;
  const hidden = 3;
  export function area(x: number) { return x * unit * hidden; }
  export namespace Inner { export class Point { constructor(public x = 1,
    readonly y = x + 1) { } } }
  export enum Axis { X, Y }
}
namespace Geometry { export const more = Geometry.unit + 1; }
same([Geometry.area(2), new Geometry.Inner.Point().y, Geometry.Axis.Y, Geometry.more], [12, 2, 1,
  3]);
class Account {
  static count = 0;
  constructor(private readonly owner: string, protected balance = 0,
    public tags: string[] = []) { Account.count++; }
  show() { return this.owner + this.balance + this.tags.length; }
}
same([new Account('a', 5).show(), Account.count, Object.keys(new Account('b'))], ['a50', 1,
  ['owner', 'balance', 'tags']]);
