const code: number = 3;
console.log("before");
console.error("to stderr");
process.exit(code);
