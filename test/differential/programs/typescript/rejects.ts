// A rejection that nobody handles.
async function later(ms: number): Promise<never> {
  await new Promise<void>((resolve) => setTimeout(resolve, ms));
  throw new TypeError("nobody listens");
}
process.on("exit", (code: number) => console.log("exit", code));
void later(1);
