const { createInterface } = require("node:readline");

let number = 0;
createInterface({ input: process.stdin }).on("line", (line) => console.log(`${++number}: ${line}`));
