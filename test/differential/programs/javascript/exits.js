process.on("beforeExit", () => console.log("never printed"));
process.on("exit", (code) => {
  console.log("exit", code);
  process.exitCode = 9;
  setTimeout(() => console.log("never printed"));
});
process.stdout.write("before\n");
process.exit(4);
