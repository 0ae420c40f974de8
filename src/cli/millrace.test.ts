import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("millrace.ts", import.meta.url));

function millrace(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8", env: {} });
  return { status, stdout, stderr };
}

describe("millrace", () => {
  it.each([["--help"], ["-h"], ["serve", "--help"]])("explains itself: %s %s", (...args) => {
    const { status, stdout, stderr } = millrace(...args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("millrace serve");
    expect(stdout).toContain("MILLRACE_PORT");
  });

  it("says its version", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(millrace("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([
    ["no command", [], /a command is missing/],
    ["an unknown command", ["sevre"], /there is no command "sevre"[\s\S]*millrace serve/],
    ["an unknown flag", ["serve", "--prot", "1"], /--prot/],
    [
      "a port that is none",
      ["serve", "--port", "http"],
      /^millrace: --port has to be a whole number from 0 to 65535, not "http"\n$/,
    ],
    ["an address that others can reach", ["serve", "--host", "0.0.0.0"], /--host has to be a loopback address/],
  ])("refuses %s with status 2", (_what, args, message) => {
    const { status, stdout, stderr } = millrace(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
