process.on("uncaughtException", (error: Error, origin: string) => {
  console.log(error.message, origin);
  process.exit(9);
});
throw new Error("caught at the end");
