import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { until } from "../support/until.ts";

// A server in surroundings like a container's, of which docs/containers.md says what it needs. See like-a-container.sh.

/** What Docker leaves to a root. */
const DOCKERS = [
  "audit_write,chown,dac_override,fowner,fsetid,kill,mknod,net_bind_service,net_raw",
  "setfcap,setgid,setpcap,setuid,sys_chroot",
].join();

/** All that boxes take, as docs/containers.md says. */
const LEAST = "chown,dac_override,fowner,kill,mknod,setgid,setpcap,setuid,sys_admin,sys_chroot,sys_ptrace";

const ROOT = "/sys/fs/cgroup";
const NAME = `millrace-test-container-${process.pid}`;
const GROUPS = existsSync(`${ROOT}/cgroup.controllers`)
  ? [`${ROOT}/${NAME}`]
  : ["memory", "pids", "cpu", "cpuacct"].map((controller) => `${ROOT}/${controller}/${NAME}`);

let dataDirectory: string;
const started = new Set<ChildProcess>();

beforeAll(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "millrace-data-"));
  chmodSync(dataDirectory, 0o711);
  for (const group of GROUPS) mkdirSync(group);
});

// One that a failing test has left would be in the way of the next.
afterEach(async () => {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    process.kill(firstProcess(child), "SIGKILL");
    await ended;
  }
  started.clear();
});

afterAll(async () => {
  rmSync(dataDirectory, { recursive: true });
  // The server's own group is below it on version 2.
  const left = await until(() => GROUPS.flatMap((group) => [...remove(`${group}/millrace.server`), ...remove(group)]));
  expect(left).toEqual([]);
});

function remove(group: string): string[] {
  try {
    rmdirSync(group);
  } catch {
    // Told by what is there.
  }
  return existsSync(group) ? [`${group} is there`] : [];
}

/** Starts Millrace as the only program of a container that was given these capabilities. */
function start(
  args: readonly string[],
  { capabilities = LEAST, masked = "no" }: { capabilities?: string; masked?: string } = {},
): ChildProcess {
  const namespaces = "--cgroup --mount --pid --fork --ipc --uts";
  const script = `for group in ${GROUPS.join(" ")}; do echo $$ > $group/cgroup.procs; done
exec unshare ${namespaces} test/support/like-a-container.sh ${masked} ${capabilities} deploy/docker-entrypoint.sh "$@"`;
  const child = spawn("sh", ["-ec", script, "sh", process.execPath, "src/cli/millrace.ts", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      MILLRACE_KEYS_FILE: "/nonexistent/keys.json",
      MILLRACE_DATA_DIRECTORY: dataDirectory,
    },
  });
  started.add(child);
  return child;
}

/** Its pid 1, as the host sees it. */
function firstProcess({ pid }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim());
}

async function outcome(child: ChildProcess): Promise<{ status: number; stdout: string; stderr: string }> {
  const { stdout, stderr } = child as { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream };
  const [out, err, [status]] = await Promise.all([text(stdout), text(stderr), once(child, "close")]);
  return { status: Number(status), stdout: out, stderr: err };
}

test.each([
  ["as Docker leaves it", "yes"],
  ["of which nothing is hidden", "no"],
])(
  "a server runs there with a /proc %s, holds its programs, and ends as pid 1 when it is told to",
  async (_how, masked) => {
    const server = start(["serve", "--port", "0"], { masked });
    const ended = once(server, "exit");
    let url = "";
    for await (const line of createInterface({ input: server.stdout as NodeJS.ReadableStream })) {
      url = / listens on (http:\S+)$/.exec(line)?.[1] ?? "";
      if (url !== "") break;
    }
    server.stdout?.resume();
    server.stderr?.resume();
    const run = async (code: string, query = "") => {
      const answer = await fetch(`${url}/lang/python${query}`, { method: "POST", body: code });
      return {
        status: answer.headers.get("millrace-status"),
        isolation: answer.headers.get("millrace-isolation"),
        text: await answer.text(),
      };
    };
    expect(await run("print(6*7)")).toEqual({ status: "ok", isolation: "full", text: "42\n" });
    expect(await run("x = []\nwhile True: x.append(b'x' * (1 << 20))")).toMatchObject({
      status: "memory_limit_exceeded",
    });
    expect(await run("import os\nprint(os.listdir('/run') if os.path.exists('/run') else 'nothing')")).toMatchObject({
      text: "nothing\n",
    });
    process.kill(firstProcess(server), "SIGTERM");
    expect(await ended).toEqual([0, null]);
  },
);

test("without more power than Docker gives it does not start, and says which flags it needs", async () => {
  const { status, stderr } = await outcome(start(["serve", "--port", "0"], { capabilities: DOCKERS, masked: "yes" }));
  expect(stderr).toMatch(
    /What is missing: SYS_PTRACE, SYS_ADMIN\. What mends it: docker run --cap-add SYS_PTRACE --cap-add SYS_ADMIN …/,
  );
  expect(status).toBe(1);
});
