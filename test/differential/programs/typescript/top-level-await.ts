// The module waits before it goes on.
console.log("before");
const { basename } = await import("node:path");
const value: number = await new Promise<number>((resolve) => setImmediate(() => resolve(7)));
console.log(basename("/a/b.ts"), value);
for await (const part of (async function* (): AsyncGenerator<string> {
  yield "one";
  yield "two";
})()) console.log(part);
