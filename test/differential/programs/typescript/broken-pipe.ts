process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  console.error("cannot write:", error.code);
});
process.stdout.end("the last\n", () => console.error(process.stdout.writableEnded));
