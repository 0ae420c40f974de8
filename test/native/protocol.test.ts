import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  CHANNEL_CREDIT_BYTES,
  encodeBare,
  encodeHeader,
  encodeHello,
  encodePrepare,
  encodeRead,
  encodeRetire,
  encodeStart,
  FRAME_PAYLOAD_MAX_BYTES,
  REQUEST,
} from "../../src/sandbox/wire.ts";
import { createRandom } from "../support/random.ts";
import { type RawConnection, type RawLauncher, startRawLauncher } from "../support/raw-launcher.ts";
import { define, frame, LIMITS, record, SIZE, sizedPath, u32 } from "./raw-frames.ts";
import { sendGarbage } from "./send-garbage.ts";

/** What boxes might show, were it there. */
const MISSING = "/no/such/directory";

let launcher: RawLauncher;
let firstPid: number;

beforeAll(async () => {
  launcher = await startRawLauncher({ sources: [MISSING] });
  firstPid = launcher.pid();
});

afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});

afterAll(() => launcher.stop());

const connections: RawConnection[] = [];

/** A connection that ends with its test: the launcher serves one at a time. */
function open(uid?: number): RawConnection {
  const connection = launcher.open(uid);
  connections.push(connection);
  return connection;
}

/** Connects as far as a worker comes before it asks for boxes. */
async function welcomed(): Promise<RawConnection> {
  const connection = open();
  connection.send(encodeHello(), define(launcher.plan));
  await connection.receives("welcome");
  return connection;
}

/** The launcher lives, took nothing amiss, and serves the next connection. */
async function expectAlive(): Promise<void> {
  const next = await welcomed();
  next.close();
  await next.refused;
  expect(launcher.pid()).toBe(firstPid);
  expect(launcher.said()).not.toMatch(/it died|Sanitizer|runtime error/);
}

const start = (limits: Partial<typeof LIMITS> = {}) => encodeStart(1, { ...LIMITS, ...limits }, 0);
const startFlags = (flags: number) => {
  const frame = start();
  frame.writeUInt32LE(flags, frame.length - 4);
  return frame;
};

describe("before boxes: refused, and the launcher goes on", () => {
  const hello = encodeHello();
  test.each<[string, () => Uint8Array[], RegExp]>([
    ["a request before HELLO", () => [define(launcher.plan)], /first request must be HELLO/],
    ["an unknown request before HELLO", () => [frame(99, 0)], /HELLO/],
    ["HELLO of another version", () => [frame(REQUEST.hello, 0, u32(99))], /version/],
    ["HELLO that is too long", () => [frame(REQUEST.hello, 0, u32(1, 1))], /HELLO/],
    ["HELLO that is too short", () => [frame(REQUEST.hello, 0, Buffer.alloc(3))], /HELLO/],
    ["HELLO twice", () => [hello, hello], /./],
    ["a payload above 1 MiB", () => [u32(FRAME_PAYLOAD_MAX_BYTES + 1, REQUEST.hello, 0)], /malformed/],
    ["a payload of 4 GiB", () => [u32(0xffff_ffff, REQUEST.hello, 0)], /malformed/],
    ["bytes that must be zero", () => [u32(4, 0x0100_0000 | REQUEST.hello, 0), u32(1)], /malformed/],
    ["PREPARE before DEFINE", () => [hello, encodePrepare(1, SIZE)], /DEFINE/],
    ["KILL before DEFINE", () => [hello, encodeBare("kill", 1)], /DEFINE/],
    ["DEFINE twice", () => [hello, define(launcher.plan), define(launcher.plan)], /second time/],
    ["an event of its own", () => [hello, define(launcher.plan), frame(135, 1)], /./],
  ])("%s", async (_, parts, reason) => {
    const connection = open();
    connection.send(...parts());
    expect(await connection.refused).toMatch(reason);
    await expectAlive();
  });
});

describe("plans: refused, and the launcher goes on", () => {
  const withRecord = (bytes: Uint8Array) => Buffer.concat([launcher.plan, bytes]);
  test.each<[string, () => Uint8Array]>([
    ["nothing", () => Buffer.alloc(0)],
    ["one that is cut within a record", () => launcher.plan.subarray(0, launcher.plan.length - 1)],
    ["one that is cut within a record's head", () => withRecord(Buffer.from([1, 0, 4]))],
    ["a record that is longer than the plan", () => withRecord(Buffer.from([10, 0, 255, 255, 255, 255]))],
    ["an unknown record", () => withRecord(record(99, u32(1)))],
    ["no lanes", () => withRecord(record(1, u32(0)))],
    ["257 lanes", () => withRecord(record(1, u32(257)))],
    ["4 thousand million lanes", () => withRecord(record(1, u32(0xffff_ffff)))],
    ["lanes and more", () => withRecord(record(1, u32(1, 1)))],
    ["a path that is not absolute", () => withRecord(record(10, u32(0o755), Buffer.from("etc")))],
    ["a path upwards", () => withRecord(record(10, u32(0o755), Buffer.from("/a/../b")))],
    ["a path with an empty part", () => withRecord(record(10, u32(0o755), Buffer.from("/a//b")))],
    ["a path with NUL", () => withRecord(record(10, u32(0o755), Buffer.from("/a\0b")))],
    ["no path", () => withRecord(record(10, u32(0o755)))],
    ["a path that is longer than its record", () => withRecord(record(12, u32(1_000), Buffer.from("/a")))],
    [
      "a store outside the box's own",
      () => withRecord(record(20, u32(0o755, 0), sizedPath("/x"), Buffer.from("../x"))),
    ],
    ["a store of another owner", () => withRecord(record(20, u32(0o755, 7), sizedPath("/x"), Buffer.from("x")))],
    ["an rlimit that does not exist", () => withRecord(record(30, u32(99, 0, 1, 0)))],
    ["a filter that is no whole instruction", () => withRecord(record(31, Buffer.alloc(7)))],
    ["a second filter", () => withRecord(record(31, Buffer.alloc(8)))],
    ["a source that is not there", () => withRecord(record(14, sizedPath("/x"), Buffer.from(MISSING)))],
  ])("%s", async (_, plan) => {
    const connection = open();
    connection.send(encodeHello(), define(plan()));
    expect(await connection.refused).toMatch(/plan|DEFINE/);
    await expectAlive();
  });
});

describe("boxes: refused, and the launcher goes on", () => {
  const flood = () => Buffer.alloc(CHANNEL_CREDIT_BYTES + 1);
  const prepare = (diskBytes: number, inodes: number, processes: number) =>
    encodePrepare(1, { diskBytes, inodes, processes });
  const ofPreparedBox: [string, () => Uint8Array[], RegExp][] = [
    ["box 0", () => [encodePrepare(0, SIZE)], /PREPARE/],
    ["a number that is taken", () => [encodePrepare(1, SIZE)], /taken/],
    ["more boxes than lanes", () => [2, 3, 4, 5, 6, 7].map((box) => encodePrepare(box, SIZE)), /lane/],
    ["PREPARE that is too short", () => [frame(REQUEST.prepare, 2, u32(1, 0, 1))], /PREPARE/],
    ["no disk", () => [prepare(0, 1, 1)], /PREPARE/],
    ["KILL with a payload", () => [frame(REQUEST.kill, 1, u32(1))], /payload/],
    ["LIST with a payload", () => [frame(REQUEST.list, 1, u32(1))], /payload/],
    ["a zygote that the plan has not", () => [encodePrepare(2, SIZE, 1)], /PREPARE/],
    ["RETIRE of a zygote that the plan has not", () => [encodeRetire(1)], /RETIRE/],
    ["RETIRE of no zygote", () => [encodeRetire(0)], /RETIRE/],
    ["an unknown request", () => [frame(13, 1)], /unknown/],
    ["START without limits", () => [encodeHeader(REQUEST.start, 1)], /START/],
    ["START without memory", () => [start({ memoryBytes: 0 })], /START/],
    ["START without cpu time", () => [start({ cpuUs: 0 })], /START/],
    ["START without wall time", () => [start({ wallUs: 0 })], /START/],
    ["START without processes", () => [start({ processes: 0 })], /START/],
    ["START with an unknown flag", () => [startFlags(2)], /START/],
    ["START twice", () => [start(), start()], /START/],
    ["LOAD beyond the credit", () => [frame(REQUEST.load, 1, flood())], /LOAD|credit/],
    ["STDIN beyond the credit", () => [frame(REQUEST.stdin, 1, flood())], /credit/],
    ["LIST of a box that is not kept", () => [encodeBare("list", 1)], /LIST/],
    ["READ of a box that is not kept", () => [encodeRead(1, 1, Buffer.from("x"))], /READ/],
    ["READ without a path", () => [encodeRead(1, 1, Buffer.alloc(0))], /READ/],
    ["READ of a path with NUL", () => [encodeRead(1, 1, Buffer.from("a\0"))], /READ/],
    ["READ of a path that is too long", () => [encodeRead(1, 1, Buffer.alloc(100_000, "a"))], /READ/],
    ["RELEASE of a box that is not kept", () => [encodeBare("release", 1)], /RELEASE/],
  ];
  test.each(ofPreparedBox)("%s", async (_, parts, reason) => {
    const connection = await welcomed();
    connection.send(encodePrepare(1, SIZE));
    await connection.receives("prepared");
    connection.send(...parts());
    expect(await connection.refused).toMatch(reason);
    await expectAlive();
  });

  test("START of a box that is still being made", async () => {
    const connection = await welcomed();
    connection.send(encodePrepare(1, SIZE), start());
    expect(await connection.refused).toMatch(/START/);
    await expectAlive();
  });
});

test("requests for a box that is gone crossed the event that says so: they are ignored", async () => {
  const connection = await welcomed();
  connection.send(
    frame(REQUEST.stdin, 7, u32(1)),
    ...(["stdinEnd", "kill", "list", "release"] as const).map((name) => encodeBare(name, 7)),
  );
  connection.send(encodePrepare(1, SIZE));
  await connection.receives("prepared");
  connection.close();
  await connection.refused;
});

test("a script that makes no sense is the box's failure, not the launcher's", async () => {
  const connection = await welcomed();
  connection.send(encodePrepare(1, SIZE));
  await connection.receives("prepared");
  const script = Buffer.from([77, 0, 0, 0, 2, 0, 0, 0, 1, 2]);
  connection.send(encodeStart(1, LIMITS, script.length), script);
  expect(await connection.receives("failed")).toMatchObject({ kind: "failed" });
  await connection.receives("destroyed");
  connection.close();
  await connection.refused;
  await expectAlive();
});

test("frames may come byte by byte", async () => {
  const connection = open();
  for (const byte of Buffer.concat([encodeHello(), define(launcher.plan).subarray(0, 2_000)])) {
    connection.send(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  connection.send(define(launcher.plan).subarray(2_000));
  await connection.receives("welcome");
  connection.close();
  await connection.refused;
});

test("another connection waits until the first is gone", async () => {
  const first = await welcomed();
  const second = open();
  second.send(encodeHello(), define(launcher.plan));
  first.send(encodePrepare(1, SIZE));
  await first.receives("prepared");
  expect(second.events).toEqual([]);

  first.close();

  await second.receives("welcome");
  second.close();
  await second.refused;
});

test("root itself is turned away without a word: the worker alone may speak to the launcher", async () => {
  const connection = open(0);
  connection.send(encodeHello());
  expect(await connection.refused).toBeNull();
  expect(connection.events).toEqual([]);
});

describe("garbage", () => {
  const SEED = Number(process.env["MILLRACE_TEST_SEED"] ?? 20_260_101);
  const SECONDS = process.env["MILLRACE_TEST_LONG"] === "1" ? 60 : 3;

  test(
    `of any kind for ${SECONDS} s never ends the launcher (MILLRACE_TEST_SEED=${SEED} repeats it)`,
    async () => {
      const [random, leastRefusals] = [createRandom(SEED), 6];
      const { refusals } = await sendGarbage({ launcher, random, ms: SECONDS * 1_000, leastRefusals });
      expect(refusals).toBeGreaterThanOrEqual(leastRefusals);
      await expectAlive();
    },
    (SECONDS + 60) * 1_000,
  );
});
