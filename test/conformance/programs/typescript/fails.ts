interface Shape {
  readonly side: number;
}

enum Kind {
  Square,
  Circle,
}

function inner(shape: Shape): Kind {
  throw new TypeError(`no way: ${shape.side}`); // HERE
}

inner({ side: 7 });
