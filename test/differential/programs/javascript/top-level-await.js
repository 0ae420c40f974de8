// Nothing but the await says that this is a module.
const value = await new Promise((resolve) => setTimeout(resolve, 5, "awaited"));
console.log(value, typeof require, import.meta.url);
for await (const number of (async function* () {
  yield 1;
  yield 2;
})())
  console.log(number);
await Promise.reject(new TypeError("in the end"));
