// In the order in which they were loaded.
console.log(process.moduleLoadList.join("\n"));
