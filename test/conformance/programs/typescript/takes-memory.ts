const taken: number[][] = [];
for (;;) taken.push(new Array<number>(100_000).fill(taken.length));
