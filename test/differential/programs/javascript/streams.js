const fs = require("node:fs");
for (const stream of [process.stdin, process.stdout, process.stderr]) {
  console.log(
    stream.constructor.name,
    stream.fd,
    stream.isTTY,
    stream.readableHighWaterMark,
    stream.writableHighWaterMark,
    stream._type,
    stream.readableFlowing,
  );
  const { mode, uid, size } = fs.fstatSync(stream.fd);
  console.log(
    mode.toString(8),
    uid,
    size,
    fs.readFileSync(`/proc/self/fdinfo/${stream.fd}`, "utf8").match(/flags.*/)[0],
  );
}
process.stdin.setEncoding("utf8");
process.stdin.once("data", (chunk) => console.log("first chunk", JSON.stringify(chunk)));
process.stdin.on("end", () => console.log("end"));
process.stdout.write(Buffer.from([0, 255, 254, 10]));
process.stderr.write("to stderr\n");
fs.writeSync(1, "written at once\n");
console.error("%s is %d", "one", 1, { deep: { deeper: { deepest: {} } } });
