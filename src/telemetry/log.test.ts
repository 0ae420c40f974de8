import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createLog } from "./log.ts";

function capture(level: "info" | "silent") {
  const lines: string[] = [];
  const log = createLog({ level, stream: { write: (line) => lines.push(line) } });
  return { log, lines };
}

describe("createLog", () => {
  it("writes one line of JSON, whatever the text", () => {
    const { log, lines } = capture("info");
    log.warn({ detail: "a\nb" }, "two\nlines");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 40, detail: "a\nb", msg: "two\nlines" });
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = capture("info");
    log.debug("detail");
    expect(lines).toEqual([]);
  });

  it("can be silent", () => {
    const { log, lines } = capture("silent");
    log.error("unheard");
    expect(lines).toEqual([]);
  });

  it("does not end a process whose log cannot be written, and keeps little of what it could not write", async () => {
    const module = fileURLToPath(new URL("log.ts", import.meta.url));
    const script = `
      import { createLog } from ${JSON.stringify(module)};
      const log = createLog({ level: "info" });
      log.info("first");
      const before = process.memoryUsage().rss;
      for (let line = 0; line < 200; line++) log.info("x".repeat(1 << 20));
      console.log("grown by", process.memoryUsage().rss - before < 100 << 20 ? "little" : "much");`;
    const shell = spawn("/bin/sh", [
      "-c",
      '"$0" --input-type=module --eval "$1" 2>/dev/full',
      process.execPath,
      script,
    ]);
    expect(await text(shell.stdout)).toBe("grown by little\n");
  });
});
