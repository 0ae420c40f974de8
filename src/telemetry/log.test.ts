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
});
