import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isUnified } from "../support/control-groups.ts";
import { until } from "../support/until.ts";
import { type Block, readBlocks, readTrials, withoutNumbers } from "./page.ts";

// docs/hosts.md: the commands for an ordinary user, one after the other, on a host of which only a copy is changed. What its doctor
// says as root is compared in test/integration/cli/doctor.test.ts.

const NAME = `millrace-test-page-${process.pid}`;
const GROUPS = ["memory", "pids", "cpu", "cpuacct"].map((controller) => `/sys/fs/cgroup/${controller}/${NAME}`);

/** The page's commands, as a shell of this repository finds them. */
const PRELUDE = `millrace() { "${process.execPath}" src/cli/millrace.ts "$@"; }; sudo() { "$@"; }`;
const ALICE = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];
const ALICES = { HOME: "/run/alice", XDG_RUNTIME_DIR: "/run/alice", XDG_CACHE_HOME: "/var/cache" };

const blocks = readBlocks();
let host: ChildProcess | undefined;

/** Why a command of the page cannot be tried here; null when it can. */
function obstacleTo(command: string): string | null {
  if (command.includes("apt-get ")) return "it changes the host's packages";
  if (command.includes("usermod ") && !existsSync("/usr/sbin/usermod")) return "there is no usermod";
  if (command.startsWith("systemd-run ") && (!isUnified || !existsSync("/run/systemd/system")))
    return "it is for a host with systemd and version 2";
  return null;
}

function obstacleHere(): string | null {
  if (isUnified) return "these are for version 1";
  if (!existsSync("/usr/bin/newuidmap")) return "there is no newuidmap: apt-get install uidmap";
  const canRead = spawnSync(ALICE[0] as string, [...ALICE.slice(1), "test", "-r", "src/cli/millrace.ts"]);
  return canRead.status === 0 ? null : `user 1000 cannot read ${process.cwd()}`;
}

beforeAll(async () => {
  if (obstacleHere() !== null) return;
  for (const group of GROUPS) mkdirSync(group);
  const enter = GROUPS.map((group) => `echo $$ > ${group}/cgroup.procs`).join("; ");
  const script = `${enter}; exec unshare --mount --cgroup test/hosts/disposable-host.sh`;
  host = spawn("sh", ["-ec", script], { stdio: ["pipe", "pipe", "inherit"] });
  await once(createInterface({ input: host.stdout as NodeJS.ReadableStream }), "line");
});

afterAll(async () => {
  if (host === undefined) return;
  host.stdin?.end();
  await once(host, "exit");
  expect(await until(() => GROUPS.filter((group) => !removes(group)))).toEqual([]);
});

/** Groups below it as well. */
function removes(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) removes(`${group}/${entry.name}`);
    rmdirSync(group);
  } catch {
    // Told by what is there.
  }
  return !existsSync(group);
}

/** Runs a command of the page there, by alice unless it says sudo. */
function runThere(command: string): ChildProcess {
  const inside = ["--target", String(host?.pid), "--mount", "--cgroup", "--wd=."];
  const isRoots = command.includes("sudo ");
  const shell = [...(isRoots ? [] : ALICE), "sh", "-c", `${PRELUDE}; ${command}`];
  const env = { PATH: process.env["PATH"], ...(isRoots ? {} : ALICES) };
  return spawn("nsenter", [...inside, ...shell], { stdio: ["ignore", "pipe", "inherit"], env });
}

/** Runs a command that changes the host. */
async function change(command: string): Promise<void> {
  const child = runThere(command);
  child.stdout?.resume();
  expect(await once(child, "exit"), command).toEqual([0, null]);
}

async function expectDoctor({ command, lines: shown }: Block): Promise<void> {
  const said = await readTrials(runThere(command));
  const wanted = shown.map(withoutNumbers).filter((line) => !/^[A-Z]+: /.test(line));
  expect(said).toEqual(expect.arrayContaining(wanted));
}

const [withIds, withoutIds] = blocks.filter(({ section }) => section === "An ordinary user");
const commands = blocks.filter(({ section }) => section === "Without root").map(({ command }) => command);

test("an ordinary user is given what it needs by these commands, and the doctor says before and after what the page says", async (context) => {
  const obstacle = obstacleHere();
  if (obstacle !== null) return context.skip(obstacle);
  if (withIds === undefined || withoutIds === undefined)
    throw new Error("The page shows no doctor of an ordinary user");
  const tried = commands.filter((command) => obstacleTo(command) === null);
  expect(tried).toEqual([expect.stringContaining("/sys/fs/cgroup"), expect.stringContaining("usermod")]);
  const [makeGroups = "", giveIds = ""] = tried;

  // Others than those of the page: somebody may have them here.
  const first = 1_000_000 + (process.pid % 1_000) * 65_536;
  await change(giveIds.replaceAll("100000-165535", `${first}-${first + 65_535}`));
  await expectDoctor(withIds);
  await change(makeGroups);
  // "After that the verdict is PASS."
  const lines = withoutIds.lines.filter((line) => line.startsWith("PASS "));
  await expectDoctor({ ...withIds, lines: [...withIds.lines.filter((line) => line.startsWith("PASS ")), ...lines] });
  await change("sudo sed -i /^alice:/d /etc/subuid /etc/subgid");
  await expectDoctor(withoutIds);
});

for (const command of commands) {
  const obstacle = obstacleTo(command);
  if (obstacle !== null) test(command, (context) => context.skip(obstacle));
}
