import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { encodeScript } from "../../src/sandbox/script-records.ts";
import {
  encodeBare,
  encodeHeader,
  encodeHello,
  encodePrepare,
  encodeRetire,
  NO_ZYGOTE,
  REQUEST,
} from "../../src/sandbox/wire.ts";
import { countDescriptors, listProcesses } from "../support/processes.ts";
import { type RawConnection, type RawLauncher, startRawLauncher } from "../support/raw-launcher.ts";
import { until } from "../support/until.ts";
import { define, record, SIZE, sizedPath, u32 } from "./raw-frames.ts";

/** See untrue.c. In the box it has this path too. */
const UNTRUE = "/opt/untrue";
const BUILT = `${process.cwd()}/native/build/test/untrue`;

let launcher: RawLauncher;
let connection: RawConnection;
/** A process of root that no box has anything to do with. */
let victim: ChildProcess;
let groups: string;

beforeAll(async () => {
  mkdirSync("native/build/test", { recursive: true });
  const flags = ["-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-static", "-Inative"];
  await promisify(execFile)("gcc", [...flags, "-o", BUILT, "test/native/untrue.c"]);
  victim = spawn("sleep", ["300"], { stdio: "ignore" });
  await once(victim, "spawn");
  groups = readGroups();
  launcher = await startRawLauncher({ sources: [BUILT] });
});

afterEach(async () => {
  connection.close();
  await connection.refused;
  expect([victim.exitCode, victim.signalCode]).toEqual([null, null]);
  expect(readGroups()).toBe(groups);
  expect(launcher.said()).not.toMatch(/it died|Sanitizer|runtime error/);
});

afterAll(async () => {
  victim.kill();
  await launcher.stop();
});

function readGroups(): string {
  return readFileSync(`/proc/${victim.pid}/cgroup`, "latin1");
}

function strings(...list: readonly string[]): Buffer {
  return Buffer.concat([u32(list.length), ...list.map(sizedPath)]);
}

/** Connects as a worker whose plan has this for a zygote. */
async function welcomed(...argv: readonly string[]): Promise<void> {
  connection = launcher.open();
  const plan = [
    record(15, sizedPath(UNTRUE), Buffer.from(BUILT)),
    record(40, sizedPath(UNTRUE), strings(...argv), strings()),
  ];
  connection.send(encodeHello(), define(Buffer.concat([launcher.plan, ...plan])));
  await connection.receives("welcome");
}

const processesOfUntrue = () => listProcesses().filter(({ commandLine }) => commandLine.startsWith("untrue "));

test("a zygote has no power over the host, moves no other process, and cannot speak for one", async () => {
  await welcomed("untrue", "zygote", String(victim.pid));
  for (const box of [1, 2]) {
    connection.send(encodePrepare(box, SIZE, 1));
    // Its own failure is what it may tell; as a set of what it could do.
    expect(await connection.receives("failed", box)).toMatchObject({ index: 0 });
    await connection.receives("destroyed", box);
  }
});

test("what boots in a box cannot speak for another process, nor a child for it", async () => {
  await welcomed("untrue", "stuck");
  connection.send(encodePrepare(1, SIZE, NO_ZYGOTE));
  await connection.receives("prepared");
  const before = countDescriptors(launcher.pid());
  const argv = ["untrue", "boot", String(victim.pid)];
  const script = encodeScript({ files: [], rlimits: [], argv, env: {}, executable: UNTRUE, end: "boot" });
  connection.send(encodeHeader(REQUEST.load, 1, script.bodyBytes + script.end.length), ...script.body, script.end);

  await connection.receives("booted");
  await until(() => (processesOfUntrue().length === 1 ? [] : ["its child still lies"]));

  expect(connection.events.filter(({ kind }) => kind === "failed" || kind === "fatal")).toEqual([]);
  expect(countDescriptors(launcher.pid())).toBe(before);
  connection.send(encodeBare("kill", 1));
  await connection.receives("destroyed", 1);
});

test("a zygote that never comes to its gate can be ended, and holds no box", async () => {
  await welcomed("untrue", "stuck");
  connection.send(encodePrepare(1, SIZE, 1));
  expect(await until(() => (processesOfUntrue().length === 1 ? [] : ["it has not started"]))).toEqual([]);

  connection.send(encodeRetire(1));

  expect(await until(() => processesOfUntrue().map(({ pid }) => `process ${pid}`))).toEqual([]);
  await connection.receives("failed", 1);
  await connection.receives("destroyed", 1);
});
