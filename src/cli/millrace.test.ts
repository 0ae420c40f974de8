import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("millrace.ts", import.meta.url));

function millrace(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8", env });
  return { status, stdout, stderr };
}

describe("millrace", () => {
  it.each([["--help"], ["-h"], ["help"]])("explains itself: %s", (...args) => {
    const { status, stdout, stderr } = millrace(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const command of ["serve", "run", "languages", "doctor", "config", "version"])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
  });

  it.each([
    ["serve", "MILLRACE_PORT"],
    ["config", "--json"],
    ["run", "--stdin"],
    ["executions", "cancel"],
    ["jobs", "--dead"],
    ["languages", "--json"],
    ["doctor", "DEGRADED"],
    ["version", "print the version"],
  ])("explains %s, in both ways to ask", (command, word) => {
    const { status, stdout, stderr } = millrace([command, "--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain(`Usage: millrace ${command}`);
    expect(stdout).toContain(word);
    expect(millrace(["help", command]).stdout).toBe(stdout);
  });

  it.each([["--version"], ["-v"], ["version"]])("says its version: %s", (...args) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(millrace(args)).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([
    ["no command", [], /^Usage: millrace /],
    ["an unknown command", ["sevre"], /^millrace: unknown command 'sevre'\n\(Did you mean serve\?\)/],
    ["an unknown flag", ["serve", "--prot", "1"], /^millrace: unknown option '--prot'\n\(Did you mean --port\?\)/],
    ["a flag without its value", ["serve", "--port"], /^millrace: option '--port <number>' argument missing\n/],
    ["something that is no flag", ["serve", "8080"], /^millrace: too many arguments for 'serve'/],
    [
      "a port that is none",
      ["serve", "--port", "http"],
      /^millrace: --port has to be a whole number from 0 to 65535, not "http"\n$/,
    ],
    ["a host that is none", ["serve", "--host", "0.0.0"], /--host has to be an IP address of this machine/],
    ["a file that is not there", ["config", "--config", "/nowhere"], /^millrace: There is no configuration file \/now/],
  ])("refuses %s with status 2", (_what, args, message) => {
    const { status, stdout, stderr } = millrace(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

describe("millrace config", () => {
  const env = { MILLRACE_QUEUE: "7", MILLRACE_KEY: "key-of-mine" };

  it("says every value and where it comes from, but no secret", () => {
    const { status, stdout } = millrace(["config", "--port", "9000"], env);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^port +9000 +flag --port$/m);
    expect(stdout).toMatch(/^queue +7 +environment MILLRACE_QUEUE$/m);
    expect(stdout).toMatch(/^host +127\.0\.0\.1 +default$/m);
    expect(stdout).toMatch(/^key +\*+ +environment MILLRACE_KEY$/m);
    expect(stdout).not.toContain("key-of-mine");
  });

  it("says the same as JSON", () => {
    const { status, stdout } = millrace(["config", "--json", "--port", "9000"], env);
    expect(status).toBe(0);
    expect(stdout).not.toContain("key-of-mine");
    expect(JSON.parse(stdout).settings).toMatchObject({
      port: { value: 9000, from: "flag", at: "--port" },
      queue: { value: 7, from: "environment", at: "MILLRACE_QUEUE" },
      host: { value: "127.0.0.1", from: "default", at: null },
    });
  });
});
