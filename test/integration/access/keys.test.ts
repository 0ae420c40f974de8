import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { millrace } from "../../support/cli.ts";
import { createKeysFile, type KeysFile } from "../../support/keys.ts";
import { isRunning } from "../../support/processes.ts";
import { type RunningServer, startServer } from "../../support/server.ts";
import { until } from "../../support/until.ts";

/** An address of this machine that others can reach. */
const ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

let server: RunningServer;
let keys: KeysFile;

function send(key: string | null, url = server.url): Promise<Response> {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  return fetch(`${url}/lang/python`, { method: "POST", body: "print(6*7)", headers });
}

/** 429 where there were many without a valid key. */
const REFUSED = [401, 429];

/** Waits until requests with the key are served, or are not. */
async function expectSoon(key: string | null, what: "served" | "refused"): Promise<void> {
  const right = what === "served" ? [200] : REFUSED;
  const wrong = await until(async () => {
    const answer = await send(key);
    await answer.text();
    return right.includes(answer.status) ? [] : [`it answers ${answer.status}`];
  });
  expect(wrong).toEqual([]);
}

describe("a server that others can reach", () => {
  let alice: string;

  beforeAll(async () => {
    keys = createKeysFile();
    alice = await keys.add("alice");
    server = await startServer({ slots: 2, env: keys.env, flags: ["--host", "0.0.0.0"] });
  });

  afterAll(async () => {
    await server?.stop();
    keys.close();
  });

  test.skipIf(ADDRESS === undefined)("answers on an address of this machine, and asks for a key", async () => {
    const url = `http://${ADDRESS}:${server.port}`;
    const refused = await send(null, url);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="millrace"');
    expect(await refused.text()).toMatch(/^millrace: unauthorized: [^\n]+\n$/);
    expect(await (await send(alice, url)).text()).toBe("42\n");
  });

  test("asks on loopback too, but not for its health", async () => {
    expect((await send(null)).status).toBe(401);
    for (const path of ["/healthz", "/readyz"]) expect((await fetch(server.url + path)).status).toBe(200);
    for (const path of ["/v1/languages", "/metrics", "/nope"]) {
      expect((await fetch(server.url + path)).status).toBe(401);
    }
  });

  test("serves the command line that has a key", async () => {
    const withKey = await millrace(["languages", "--url", server.url], { env: { MILLRACE_KEY: alice } });
    expect(withKey).toMatchObject({ status: 0, stdout: expect.stringContaining("python") });
    const without = await millrace(["languages", "--url", server.url]);
    expect(without.status).toBe(1);
    expect(without.stderr).toContain("An API key is needed");
  });

  test("notices a key that is added, and one that is removed", async () => {
    const bob = await keys.add("bob");
    await expectSoon(bob, "served");
    await keys.remove("bob");
    await expectSoon(bob, "refused");
    expect((await send(alice)).status).toBe(200);
  });

  test("keeps its keys while the file cannot be used, and says so", async () => {
    const text = readFileSync(keys.path, "utf8");
    const said = server.output().length;
    const says = (message: string) => async () => (server.output().slice(said).includes(message) ? [] : [message]);
    writeFileSync(keys.path, "{");
    expect(await until(says("it is not JSON"))).toEqual([]);
    expect((await send(alice)).status).toBe(200);
    writeFileSync(keys.path, text.replace("alice", "carol"));
    chmodSync(keys.path, 0o640);
    expect(await until(says("chmod 600"))).toEqual([]);
    expect((await send(alice)).status).toBe(200);
    chmodSync(keys.path, 0o600);
    writeFileSync(keys.path, text);
  });

  test("writes whose execution it was, and never a key", async () => {
    await send(alice);
    await send(`${alice.slice(0, -1)}x`);
    const line = () => (/"client":"alice"/.test(server.output()) ? [] : ["no line of alice"]);
    expect(await until(line)).toEqual([]);
    expect(server.output()).toContain("a request had no valid API key");
    expect(server.output()).not.toContain(alice.slice(0, -1));
  });

  test("bounds what one key may do, and serves the others meanwhile", async () => {
    const limited = await keys.add("limited", "--rate", "3/min");
    await expectSoon(limited, "served");
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await send(limited)).status));
    expect(statuses.sort()).toEqual([200, 200, 429, 429, 429]);
    const refused = await send(limited);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.text()).toBe("millrace: rate_limited: More than 3 requests within a minute\n");
    expect((await send(alice)).status).toBe(200);
  });

  test("serves nobody once the file is gone", async () => {
    rmSync(keys.path);
    await expectSoon(alice, "refused");
    expect(REFUSED).toContain((await send(null)).status);
  });
});

describe("a server that this machine alone can reach", () => {
  beforeEach(async () => {
    keys = createKeysFile();
    server = await startServer({ slots: 1, env: keys.env });
  });

  afterEach(async () => {
    if (isRunning(server.instance.serverPid)) await server.stop();
    keys.close();
  });

  test("is for everybody until there is a key, and for nobody without one from then on", async () => {
    expect((await send(null)).status).toBe(200);
    const alice = await keys.add("alice");
    await expectSoon(null, "refused");
    expect((await send(alice)).status).toBe(200);
    await keys.remove("alice");
    await expectSoon(alice, "refused");
    rmSync(keys.path);
    await expectSoon(null, "refused");
  });

  test("ends when nothing tells it of its keys any more", async () => {
    process.kill(server.instance.followerPid, "SIGKILL");
    expect(await server.exited).toEqual([1, null]);
    expect(server.output()).toContain("The follower of the keys file ended: SIGKILL");
    expect(await until(server.instance.remains)).toEqual([]);
  });

  test("takes along what tells it of its keys when it is killed", async () => {
    process.kill(server.instance.serverPid, "SIGKILL");
    await server.exited;
    expect(await until(server.instance.remains)).toEqual([]);
  });
});

describe("a server that everybody may use", () => {
  test("needs no key, and bounds each address", async () => {
    keys = createKeysFile();
    const alice = await keys.add("alice");
    const flags = ["--host", "0.0.0.0", "--public", "--public-rate", "4"];
    server = await startServer({ slots: 1, env: keys.env, flags });
    try {
      const statuses = await Promise.all(Array.from({ length: 6 }, async () => (await send(null)).status));
      expect(statuses.sort()).toEqual([200, 200, 200, 200, 429, 429]);
      expect((await send(alice)).status).toBe(200);
      expect((await send(`mr_${"0".repeat(40)}`)).status).toBe(401);
    } finally {
      await server.stop();
      keys.close();
    }
  });
});

describe("a server that others could reach", () => {
  test.each([
    ["no keys", (_file: KeysFile) => undefined],
    ["an empty list of keys", (file: KeysFile) => writeFileSync(file.path, '{"keys":[]}', { mode: 0o600 })],
  ])("does not start with %s, and says what to do", async (_what, prepare) => {
    const file = createKeysFile();
    prepare(file);
    const { status, stdout, stderr } = await millrace(["serve", "--port", "0", "--host", "0.0.0.0"], { env: file.env });
    file.close();
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toBe(
      `millrace: Others can reach 0.0.0.0, and there are no API keys in ${file.path}. Make one with \`millrace keys add NAME\`, or let everybody run programs with --public\n`,
    );
  });

  test("does not start with keys that others can read", async () => {
    const file = createKeysFile();
    await file.add("alice");
    chmodSync(file.path, 0o644);
    const { status, stderr } = await millrace(["serve", "--port", "0", "--host", "0.0.0.0"], { env: file.env });
    file.close();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: The keys file .* its mode is 0644, .*chmod 600 it\n$/);
  });
});
