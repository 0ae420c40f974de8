async function first() {
  await null;
  await second();
}

async function second() {
  throw new Error("nobody catches it");
}

process.on("exit", (code) => console.log("exit", code));
process.on("rejectionHandled", () => console.log("too late"));
first();
console.log("before");
setTimeout(() => console.log("never printed"), 100);
