console.log(`[${process.env.GREETING}]`);
console.log(`[${process.env.EMPTY}]`);
