let rounds = 0;
process.on("beforeExit", (code) => {
  console.log("beforeExit", code, ++rounds);
  if (rounds < 2) setTimeout(() => console.log("one more round"), 1);
});
process.on("exit", (code) => console.log("exit", code));
process.exitCode = 300;
new FinalizationRegistry(() => console.log("never printed")).register({}, 1);
console.log("main ends");
