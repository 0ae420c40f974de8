console.log("waits");
await new Promise<never>(() => undefined);
console.log("never");
