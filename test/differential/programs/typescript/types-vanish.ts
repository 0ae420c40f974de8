// Types, generics, enums, namespaces and decorators of parameters leave nothing, or what they should.
enum Colour {
  Red,
  Green = "green",
}
namespace Shapes {
  export const sides = 4;
}
interface Shape<T extends string = "square"> {
  readonly kind: T;
}
class Square implements Shape {
  readonly kind = "square" as const;
  constructor(private readonly width: number, protected height?: number) {}
  get area(): number {
    return this.width * (this.height ?? this.width) satisfies number;
  }
}
abstract class Base<in out T> {
  declare readonly never: T;
  abstract name(): string;
}
console.log(Colour, Shapes, new Square(3), new Square(3, 4).area, Object.keys(Base.prototype), <string>"cast");
