const readline = require("node:readline");
const lines = readline.createInterface({ input: process.stdin, output: process.stdout, terminal: false });
lines.question("a prompt> ", async (answer) => {
  console.log("answer", JSON.stringify(answer));
  for await (const line of lines) console.log(JSON.stringify(line));
  console.log("closed", process.stdin.readableEnded);
});
