import { createHmac } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type LookupFunction, type Server } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAddressPolicy } from "../../src/webhooks/address-policy.ts";
import { startReceiver } from "../../src/webhooks/receiver.test-support.ts";
import { send } from "../../src/webhooks/send.ts";
import { post } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";
import { type ApiCase, numbered } from "./api-cases.ts";

const SECRET = "the-secret-of-a-client";
const program = { language: "python", code: "print('hi')" };

/** Sends web hooks to the public Internet alone, as by default. */
let closed: RunningServer;
/** May send them to this machine. */
let open: RunningServer;
/** Whatever connects here should not have. */
let trap: Server;
let visitors = 0;

beforeAll(async () => {
  trap = createServer((socket) => {
    visitors += 1;
    socket.destroy();
  }).listen(0, "::");
  await once(trap, "listening");
  const flags = ["--webhook-networks", "127.0.0.0/8"];
  [closed, open] = await Promise.all([startServer({ slots: 1 }), startServer({ slots: 1, flags })]);
});

afterAll(async () => {
  trap?.close();
  await Promise.all([closed?.stop(), open?.stop()]);
});

function submit(server: RunningServer, url: unknown, more: object = {}): Promise<Response> {
  return post(server, { ...program, wait: false, webhook: { url, secret: SECRET }, ...more });
}

async function counted(server: RunningServer, outcome: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^millrace_webhooks_total\\{outcome="${outcome}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

/** The address as it is, with the one scheme that is taken, and leading to the trap. */
function variants(address: string): string[] {
  const encrypted = address.replace(/^\w+:(?=\/\/)/, "https:");
  const { port } = trap.address() as AddressInfo;
  return [address, encrypted, encrypted.replace(/^(https:\/\/[^/:[#]+|https:\/\/\[[^/]*\])(:\d+)?/, `$1:${port}`)];
}

const addressOf = ({ request }: ApiCase) => (request["POST submission"] as { readonly webhook: string }).webhook;

test.for(numbered("g18"))("%s", async ([, tested]) => {
  expect((await post(closed, { ...program, webhook: addressOf(tested) })).status).toBe(422);
  for (const url of variants(addressOf(tested))) {
    const before = (await counted(closed, "dropped")) + (await counted(closed, "retried"));
    const answer = await submit(closed, url);
    if (answer.status !== 202) {
      expect(await answer.json()).toMatchObject({ status: 422, errors: [{ path: "/webhook/url" }] });
      continue;
    }
    // A name: what it leads to is looked at when there is something to send.
    expect(new URL(url).hostname).toMatch(/[a-z]$/);
    await eventually(`${url} is tried`, async () => {
      return (await counted(closed, "dropped")) + (await counted(closed, "retried")) > before;
    });
  }
  expect(visitors).toBe(0);
});

test.for(numbered("g20"))("%s", async () => {
  let asked = 0;
  const { port } = trap.address() as AddressInfo;
  const lookup: LookupFunction = (_name, _options, callback) => {
    asked += 1;
    // A public address first, where nobody is to be reached from here; then this machine's.
    callback(null, [{ address: asked === 1 ? "192.31.196.1" : "127.0.0.1", family: 4 }]);
  };
  const message = { url: `https://rebinds.example:${port}/`, headers: {}, body: "", policy: createAddressPolicy([]) };
  for (let tries = 1; tries <= 3; tries += 1) {
    const sent = send({ ...message, lookup, answerMs: 300, signal: new AbortController().signal });
    await expect(sent).rejects.toThrow();
    expect(asked).toBe(tries);
  }
  expect(visitors).toBe(0);
});

test.for(numbered("g21"))("%s", async () => {
  const [silent, endless, good] = await Promise.all([startReceiver(), startReceiver(), startReceiver()]);
  let isCut = false;
  silent.answer = () => undefined;
  endless.answer = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(1024 ** 2)), 1);
    response.once("close", () => {
      clearInterval(timer);
      isCut = true;
    });
  };
  for (let count = 0; count < 10; count += 1) expect((await submit(open, silent.url)).status).toBe(202);
  await submit(open, endless.url);
  await submit(open, good.url);
  await eventually("the others have theirs", () => good.received.length === 1 && endless.received.length === 1);
  await eventually("an answer without end is cut", () => isCut);
  expect(silent.received.length).toBeLessThanOrEqual(4);
  const before = await counted(open, "retried");
  await eventually("who does not answer is not waited for", async () => (await counted(open, "retried")) > before);
  await Promise.all([silent.close(), endless.close(), good.close()]);
});

test.for(numbered("g22"))("%s", async () => {
  const receiver = await startReceiver();
  const { id } = (await (await submit(open, receiver.url)).json()) as { id: string };
  await eventually("it is delivered", () => receiver.received.length === 1);
  const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
  const timestamp = String(headers["webhook-timestamp"]);
  const sign = (text: string) => `v1,${createHmac("sha256", SECRET).update(text).digest("base64")}`;
  expect(headers["webhook-signature"]).toBe(sign(`${id}.${timestamp}.${body}`));
  expect(headers["webhook-signature"]).not.toBe(sign(`${id}.${Number(timestamp) + 1}.${body}`));
  expect(headers["webhook-id"]).toBe(id);
  expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(60);
  expect(JSON.parse(body)).toMatchObject({ id, state: "done", status: "ok", run: { stdout: "hi\n" } });
  await receiver.close();
});
