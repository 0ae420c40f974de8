import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { ConfigError, describeSettings, readConfig } from "./config.ts";

describe("readConfig", () => {
  it("has defaults for everything", () => {
    expect(readConfig([], {})).toEqual({
      port: 8080,
      host: "127.0.0.1",
      slots: Math.min(128, 2 * availableParallelism()),
      queue: 1000,
      log: "info",
    });
  });

  it("reads the environment, and lets a flag win over it", () => {
    const env = { MILLRACE_PORT: "9000", MILLRACE_SLOTS: "3", MILLRACE_QUEUE: "", MILLRACE_LOG: "debug" };
    const config = readConfig(["--port", "0", "--host=localhost"], env);
    expect(config).toEqual({ port: 0, host: "127.0.0.1", slots: 3, queue: 1000, log: "debug" });
  });

  it.each<[string, readonly string[], Record<string, string>, RegExp]>([
    ["a port that is no number", [], { MILLRACE_PORT: "http" }, /^MILLRACE_PORT .*0 to 65535, not "http"$/],
    [
      "a port that is too high",
      ["--port", "65536"],
      {},
      /^--port has to be a whole number from 0 to 65535, not "65536"$/,
    ],
    ["a port with a space", [], { MILLRACE_PORT: " 80" }, /MILLRACE_PORT/],
    ["an address that others can reach", ["--host", "0.0.0.0"], {}, /^--host has to be a loopback address.*"0.0.0.0"$/],
    ["a name that only looks like loopback", ["--host", "localhost.example"], {}, /--host/],
    ["no slots", [], { MILLRACE_SLOTS: "0" }, /^MILLRACE_SLOTS has to be a whole number from 1 to 128, not "0"$/],
    ["a queue of half a place", [], { MILLRACE_QUEUE: "0.5" }, /MILLRACE_QUEUE/],
    ["an unknown level", [], { MILLRACE_LOG: "loud" }, /^MILLRACE_LOG has to be one of fatal.*not "loud"$/],
    ["an unknown flag", ["--prot", "1"], {}, /--prot.*the flags are --port, --host/],
    ["a flag without its value", ["--port"], {}, /--port/],
    ["something that is no flag", ["8080"], {}, /8080/],
  ])("refuses %s", (_what, argv, env, message) => {
    expect(() => readConfig(argv, env)).toThrow(ConfigError);
    expect(() => readConfig(argv, env)).toThrow(message);
  });
});

describe("describeSettings", () => {
  it("names every flag and variable that is read", () => {
    for (const name of Object.keys(readConfig([], {}))) {
      expect(describeSettings()).toContain(`--${name}`);
      expect(describeSettings()).toContain(`MILLRACE_${name.toUpperCase()}`);
    }
  });
});
