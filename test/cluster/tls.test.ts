import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accept, hasWorkers, send, startCluster, type TestCluster, whenDone } from "../support/cluster.ts";
import { type NodeOptions, type RunningNode, startNode } from "../support/nodes.ts";
import { eventually } from "../support/until.ts";

const run = promisify(execFile);
const PASSWORD = "a secret: with #signs";

let directory: string;
let cluster: TestCluster;
let nats: string;
let gateway: RunningNode;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "millrace-tls-"));
  await Promise.all(["ca", "stranger"].map(makeAuthority));
  await Promise.all(["server", "node"].map((name) => certify(name, "ca")));
  cluster = await startCluster({
    config: `
      tls { cert_file: "${at("server.pem")}", key_file: "${at("server.key")}", ca_file: "${at("ca.pem")}", verify: true }
      authorization { user: millrace, password: "${PASSWORD}" }`,
  });
  nats = cluster.broker.url.replace("nats:", "tls:");
  gateway = await cluster.start("gateway", joined());
  await cluster.start("worker", joined());
  await hasWorkers(gateway, 1);
});
afterAll(async () => {
  await cluster?.close();
  await rm(directory, { recursive: true });
});

const at = (file: string) => join(directory, file);

/** What a node needs to be let in. */
function joined(flags: Readonly<Record<string, string>> = {}): Omit<NodeOptions, "role"> {
  const all = { "--nats-ca": at("ca.pem"), "--nats-cert": at("node.pem"), "--nats-key": at("node.key"), ...flags };
  const env = { MILLRACE_NATS_USER: "millrace", MILLRACE_NATS_PASSWORD: PASSWORD };
  return { nats, flags: Object.entries(all).flat(), env };
}

async function makeAuthority(name: string): Promise<void> {
  const made = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)];
  const subject = ["-subj", `/CN=${name}`, "-days", "2"];
  await run("openssl", ["req", "-x509", ...KEY, ...made, ...subject]);
}

/** Makes a key, and a certificate of this host for it. */
async function certify(name: string, authority: string): Promise<void> {
  const signed = ["-CA", at(`${authority}.pem`), "-CAkey", at(`${authority}.key`)];
  const made = ["-keyout", at(`${name}.key`), "-out", at(`${name}.pem`)];
  const subject = ["-subj", `/CN=${name}`, "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1"];
  await run("openssl", ["req", "-x509", ...KEY, ...signed, ...made, ...subject]);
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

test("over TLS, with certificates on both sides and a password, everything works, also after a restart of the broker", async () => {
  const answer = await send(gateway, "python", "print(1)");
  expect([answer.status, await answer.json()]).toMatchObject([200, { status: "ok", run: { stdout: "1\n" } }]);
  await cluster.broker.kill();
  await cluster.broker.start();
  await eventually("the gateway is back", async () => (await fetch(`${gateway.url}/readyz`)).ok);
  expect(await whenDone(gateway, await accept(gateway, "python", "print(2)"))).toMatchObject({
    status: "ok",
    run: { stdout: "2\n" },
  });
});

test("a node that does not know the authority, and one without a certificate, are not let in", async () => {
  const stranger = startNode({ role: "gateway", ...joined({ "--nats-ca": at("stranger.pem") }) });
  const { nats: url, env = {} } = joined();
  const nobody = startNode({ role: "gateway", nats: url, env, flags: ["--nats-ca", at("ca.pem")] });
  for (const node of [stranger, nobody]) await expect(node).rejects.toThrow(/The NATS server cannot be reached/);
});

test("nothing is sent in the clear to another host, unless somebody says so", async () => {
  // An address for documents: nobody is there, and nobody is asked.
  const refused = startNode({ role: "gateway", nats: "nats://192.0.2.1:4222" });
  await expect(refused).rejects.toThrow("192.0.2.1:4222 is on another host");
});
