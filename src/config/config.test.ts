import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Flags, readConfig } from "./config.ts";
import { ConfigError } from "./config-error.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "millrace-config-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

interface Given {
  readonly flags?: Flags;
  readonly configFile?: string;
  readonly env?: Record<string, string>;
  readonly usualFiles?: readonly string[];
}

/** Reads what a test gives, and nothing of the host's. */
function read({ flags = {}, configFile, env = {}, usualFiles = [] }: Given = {}) {
  return readConfig({ flags, configFile, env, usualFiles });
}

describe("readConfig", () => {
  it("has defaults for everything, and says so", () => {
    const { config, origins, file } = read();
    expect(config).toEqual({
      port: 8080,
      host: "127.0.0.1",
      isolation: "full",
      forceReduced: false,
      slots: Math.min(128, 2 * availableParallelism()),
      warm: null,
      warmMemory: null,
      preload: {},
      compileCache: 1024,
      queue: 1000,
      dataDirectory: "/var/lib/millrace",
      storeSize: 1024,
      keepResults: 3600,
      webhookNetworks: [],
      tracesEndpoint: null,
      languages: null,
      nats: [],
      natsUser: null,
      natsPassword: null,
      natsCredentials: null,
      natsCa: null,
      natsCert: null,
      natsKey: null,
      natsInsecure: false,
      natsReplicas: 1,
      log: "info",
      keysFile: "/etc/millrace/keys.json",
      public: false,
      publicRate: 60,
      publicConcurrency: 4,
      allowOrigin: [],
      allowHost: [],
      trustProxy: [],
      connectionsPerAddress: 512,
      url: null,
      key: null,
    });
    for (const origin of Object.values(origins)) expect(origin).toEqual({ kind: "default" });
    expect(file).toBeNull();
  });

  it("lets a flag win over the environment, that over the file, that over the default; and says who won", () => {
    const path = write("some.yaml", "port: 1\nslots: 1\nqueue: 1\n");
    const { config, origins, file } = read({
      configFile: path,
      env: { MILLRACE_PORT: "2", MILLRACE_SLOTS: "2" },
      flags: { port: "3" },
    });
    expect(config).toMatchObject({ port: 3, slots: 2, queue: 1, log: "info" });
    expect(origins).toMatchObject({
      port: { kind: "flag", flag: "--port" },
      slots: { kind: "environment", variable: "MILLRACE_SLOTS" },
      queue: { kind: "file", path },
      log: { kind: "default" },
    });
    expect(file).toBe(path);
  });

  it("takes the collector of traces from the variable that OpenTelemetry has for it, where ours says none", () => {
    const others = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318/" };
    const { config, origins } = read({ env: others });
    expect(config.tracesEndpoint).toBe("http://a:4318");
    expect(origins.tracesEndpoint).toEqual({ kind: "environment", variable: "OTEL_EXPORTER_OTLP_ENDPOINT" });
    expect(read({ env: { ...others, MILLRACE_TRACES_ENDPOINT: "http://b:1" } }).config.tracesEndpoint).toBe(
      "http://b:1",
    );
    expect(() => read({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: "a:4318" } })).toThrow(
      "OTEL_EXPORTER_OTLP_ENDPOINT has to be an http:// or https:// address",
    );
  });

  it("takes an empty variable for none", () => {
    expect(read({ env: { MILLRACE_PORT: "", MILLRACE_CONFIG: "" } }).config.port).toBe(8080);
  });

  it("leaves the variables of others and of tests alone", () => {
    expect(read({ env: { HOME: "/", MILLRACE_TEST_LONG: "1", MILLRACES: "x" } }).config.port).toBe(8080);
  });

  it("reads localhost as an address, and an address of a server without its last slash", () => {
    const { config } = read({ flags: { host: "localhost", url: "https://run.example.org/millrace/" } });
    expect(config).toMatchObject({ host: "127.0.0.1", url: "https://run.example.org/millrace" });
  });
});

describe("the file", () => {
  it("is the one of the flag, else of MILLRACE_CONFIG, else the first usual one that is there", () => {
    const paths = [1, 2, 3, 4].map((port) => write(`${port}.yaml`, `port: ${port}`));
    const [flag = "", variable = "", first = "", second = ""] = paths;
    const usualFiles = [join(folder, "none.yaml"), first, second];
    const env = { MILLRACE_CONFIG: variable };
    expect(read({ configFile: flag, env, usualFiles })).toMatchObject({ file: flag, config: { port: 1 } });
    expect(read({ env, usualFiles })).toMatchObject({ file: variable, config: { port: 2 } });
    expect(read({ usualFiles })).toMatchObject({ file: first, config: { port: 3 } });
  });

  it.each([
    ["nothing at all", ""],
    ["comments only", "# port: 1\n"],
    ["an empty object", "{}"],
  ])("may say %s", (_, text) => {
    expect(read({ configFile: write("some.yaml", text) }).config.port).toBe(8080);
  });

  it.each<[string, string, RegExp]>([
    ["a key that is no setting", "prot: 1", /some\.yaml has "prot", which is no setting\. Did you mean port\?$/],
    ["a key that is like none", "colour: red", /"colour", which is no setting\. There are host, port, slots/],
    ["a number as a text", 'port: "80"', /^port in .*some\.yaml has to be a whole number from 0 to 65535, not "80"$/],
    ["half a number", "queue: 0.5", /^queue in .* has to be a whole number from 1 to 100000, not 0.5$/],
    ["a setting without a value", "log:", /^log in .*, not null$/],
    ["a setting twice", "port: 1\nport: 2", /some\.yaml is not YAML: Map keys must be unique at line 2/],
    ["what is no YAML", "port: [", /some\.yaml is not YAML: .*line 1/],
    ["a list", "- port", /some\.yaml has to be a list of settings like "port: 8080"/],
    ["a word", "port", /some\.yaml has to be a list of settings/],
    [
      "what root starts",
      "languages: /tmp/evil",
      /cannot have languages: it is for --languages or MILLRACE_LANGUAGES, never a file$/,
    ],
    [
      "where to send keys",
      "url: http://evil.example",
      /cannot have url: it is for --url or MILLRACE_URL, never a file$/,
    ],
  ])("may not have %s", (_what, text, message) => {
    const configFile = write("some.yaml", text);
    expect(() => read({ configFile })).toThrow(ConfigError);
    expect(() => read({ configFile })).toThrow(message);
  });

  it("has to be there when it was named, and has to be a file", () => {
    expect(() => read({ configFile: "/nowhere.yaml" })).toThrow("There is no configuration file /nowhere.yaml");
    expect(() => read({ env: { MILLRACE_CONFIG: folder } })).toThrow(/ cannot be read: EISDIR/);
  });
});

describe("what is refused", () => {
  it.each<[string, Given, RegExp]>([
    ["a port that is no number", { env: { MILLRACE_PORT: "http" } }, /^MILLRACE_PORT .*0 to 65535, not "http"$/],
    ["a port that is too high", { flags: { port: "65536" } }, /^--port has to be .* 0 to 65535, not "?65536"?$/],
    ["a port with a space", { env: { MILLRACE_PORT: " 80" } }, /^MILLRACE_PORT .*not " 80"$/],
    ["a name", { flags: { host: "code.example" } }, /^--host has to be an IP address .*"code.example"$/],
    ["a name that only looks like loopback", { flags: { host: "localhost.example" } }, /--host/],
    [
      "an origin with a path",
      { flags: { allowOrigin: "https://a.example,https://b.example/x" } },
      /^--allow-origin has to be a list of origins like .*b\.example\/x"$/,
    ],
    ["no slots", { env: { MILLRACE_SLOTS: "0" } }, /^MILLRACE_SLOTS has to be a whole number from 1 to 128, not "0"$/],
    ["a queue of half a place", { env: { MILLRACE_QUEUE: "0.5" } }, /MILLRACE_QUEUE/],
    ["an unknown level", { env: { MILLRACE_LOG: "loud" } }, /^MILLRACE_LOG has to be one of fatal.*not "loud"$/],
    ["a variable that is no setting", { env: { MILLRACE_PROT: "1" } }, /MILLRACE_PROT.*Did you mean MILLRACE_PORT\?$/],
    ["a variable that is like none", { env: { MILLRACE_COLOUR: "1" } }, /MILLRACE_COLOUR.* There are MILLRACE_CONFIG/],
    [
      "an address of no server",
      { flags: { url: "localhost:8080" } },
      /^--url has to be an http:\/\/ or https:\/\/ addr/,
    ],
    ["a key in the address", { flags: { url: "http://me:secret@host" } }, /^--url has to be/],
  ])("%s", (_what, given, message) => {
    expect(() => read(given)).toThrow(ConfigError);
    expect(() => read(given)).toThrow(message);
  });

  it("a wrong secret, without saying it", () => {
    expect(() => read({ flags: { key: "" } })).toThrow(/^--key has to be a text that is not empty$/);
  });
});
