export class Square {
  constructor(private readonly side: number) {}

  get area(): number {
    return this.side * this.side;
  }
}
