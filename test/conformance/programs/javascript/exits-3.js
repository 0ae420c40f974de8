console.log("before");
console.error("to stderr");
process.exit(3);
