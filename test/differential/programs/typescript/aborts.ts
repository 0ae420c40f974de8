console.log("before the end");
process.abort();
