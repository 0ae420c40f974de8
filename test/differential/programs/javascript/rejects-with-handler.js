process.on("unhandledRejection", (reason, promise) => console.log("handler", reason, promise));
process.on("warning", (warning) => console.log("warning", warning.name, warning.message));
Promise.reject(5);
const late = Promise.reject(new Error("late"));
setTimeout(() => late.catch(() => console.log("caught late")), 5);
process.emitWarning("of the user's", "UserWarning", "W1");
new Buffer(1);
