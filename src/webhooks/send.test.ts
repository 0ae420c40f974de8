import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAddressPolicy } from "./address-policy.ts";
import { type Receiver, startReceiver } from "./receiver.test-support.ts";
import { type Sending, send } from "./send.ts";

let receiver: Receiver;
let other: Receiver;

beforeEach(async () => {
  [receiver, other] = await Promise.all([startReceiver(), startReceiver()]);
});

afterEach(async () => {
  await Promise.all([receiver.close(), other.close()]);
});

function sendTo(url: string, more: Partial<Sending> = {}): Promise<number> {
  const policy = createAddressPolicy(["127.0.0.0/8"]);
  const signal = new AbortController().signal;
  return send({ url, headers: { "x-test": "1" }, body: "é", policy, signal, ...more });
}

/** Answers each question with the next of the lists. */
function stubLookup(...lists: readonly (readonly string[])[]): LookupFunction {
  let asked = 0;
  return (_name, _options, callback) => {
    const list = lists[Math.min(asked, lists.length - 1)] ?? [];
    asked += 1;
    const found: LookupAddress[] = list.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    callback(null, found);
  };
}

test("posts the body and its headers, and hears the status", async () => {
  receiver.answer = (response) => response.writeHead(202).end();
  expect(await sendTo(receiver.url)).toBe(202);
  expect(receiver.received).toMatchObject([
    { path: "/hook", body: "é", headers: { "x-test": "1", "content-length": "2" } },
  ]);
});

test("a redirect is an answer, and is not followed", async () => {
  receiver.answer = (response) => response.writeHead(307, { location: other.url }).end();
  expect(await sendTo(receiver.url)).toBe(307);
  expect(other.connections()).toBe(0);
});

test("a name that leads to a forbidden address is not connected to", async () => {
  const url = `http://hook.example:${receiver.port}/`;
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    const lookup = stubLookup([address]);
    await expect(sendTo(url, { lookup, policy: createAddressPolicy(["10.0.0.0/8"]) })).rejects.toThrow("is not in an");
    const encrypted = url.replace("http:", "https:");
    await expect(sendTo(encrypted, { lookup, policy: createAddressPolicy([]) })).rejects.toThrow("public Internet");
  }
  expect(receiver.connections()).toBe(0);
});

test("of several addresses of a name only allowed ones are connected to", async () => {
  const lookup = stubLookup(["10.0.0.1", "127.0.0.1", "::1"]);
  expect(await sendTo(`http://hook.example:${receiver.port}/`, { lookup })).toBe(200);
});

test("the address that was checked is the one connected to, whatever a name server says next", async () => {
  // Answers an address that may be reached but where nobody listens, and from then on the receiver's.
  const lookup = stubLookup(["127.0.0.2"], ["127.0.0.1"]);
  const policy = createAddressPolicy(["127.0.0.2"]);
  await expect(sendTo(`http://hook.example:${receiver.port}/`, { lookup, policy })).rejects.toThrow("127.0.0.2");
  await expect(sendTo(`http://hook.example:${receiver.port}/`, { lookup, policy })).rejects.toThrow("is not in an");
  expect(receiver.connections()).toBe(0);
});

test("a forbidden address is refused though nobody looks it up", async () => {
  const policy = createAddressPolicy([]);
  await expect(sendTo(`https://127.0.0.1:${receiver.port}/`, { policy })).rejects.toThrow("public Internet");
  await expect(sendTo(receiver.url, { policy })).rejects.toThrow("https");
  expect(receiver.connections()).toBe(0);
});

test("a receiver that does not answer has its time, and no more", async () => {
  receiver.answer = () => undefined;
  await expect(sendTo(receiver.url, { answerMs: 100 })).rejects.toThrow(/timeout|aborted/i);
});

test("an answer that has no end is not read", async () => {
  let isClosed = false;
  receiver.answer = (response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(Buffer.alloc(64 * 1024)), 1);
    response.once("close", () => {
      clearInterval(timer);
      isClosed = true;
    });
  };
  expect(await sendTo(receiver.url)).toBe(200);
  await expect.poll(() => isClosed).toBe(true);
});

test("nothing is sent once it is to stop", async () => {
  const stop = new AbortController();
  receiver.answer = () => stop.abort(new Error("stopping"));
  await expect(sendTo(receiver.url, { signal: stop.signal })).rejects.toThrow(/aborted|stopping/i);
  await expect(sendTo(receiver.url, { signal: stop.signal })).rejects.toThrow(/aborted|stopping/i);
  expect(receiver.received).toHaveLength(1);
});
