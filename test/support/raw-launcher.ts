import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gateBeside } from "../../src/main/build-launcher.ts";
import { planBoxes } from "../../src/main/plan-boxes.ts";
import { sourcesOf } from "../../src/sandbox/box-plan.ts";
import { createFrameDecoder } from "../../src/sandbox/frame-decoder.ts";
import { startLauncherProcess } from "../../src/sandbox/launcher-process.ts";
import { encodePlan } from "../../src/sandbox/plan-records.ts";
import type { WarmStart } from "../../src/sandbox/warm-start.ts";
import { type LauncherEvent, parseEvent } from "../../src/sandbox/wire.ts";
import { launcherWithout } from "../mutation/build-without.ts";
import { findMutation } from "../mutation/mutations.ts";
import { findControlGroups } from "./control-groups.ts";
import { watchLock } from "./instance-lock.ts";
import { listProcesses } from "./processes.ts";
import { eventually } from "./until.ts";

const NATIVE = fileURLToPath(new URL("../../native", import.meta.url));
/** Built with the address and undefined-behaviour sanitizers: what it does wrong ends it, or is said. */
export const LAUNCHER = `${NATIVE}/build/asan/millrace-launcher`;

/** A supervisor and its launcher without a server: whoever tests speaks to them byte by byte. */
export interface RawLauncher {
  /** A plan that is right, for one slot. */
  readonly plan: Buffer;
  /** The launcher that lives at the moment. */
  pid(): number;
  /** Connects as the worker, or as another user. */
  open(uid?: number): RawConnection;
  /** Tells the supervisor that the launcher does not answer. */
  readonly replace: () => void;
  /** Everything that supervisor and launcher have said. */
  said(): string;
  /** @throws {Error} when anything of it is left on the host. */
  stop(): Promise<void>;
}

export interface RawConnection {
  send(...parts: readonly Uint8Array[]): void;
  /** Takes nothing in for so long. */
  pause(ms: number): void;
  /** What has arrived so far. */
  readonly events: readonly (LauncherEvent & { readonly box: number })[];
  /** Waits for an event of this kind, of a certain box or of any. @throws {Error} when none comes. */
  receives(kind: LauncherEvent["kind"], box?: number): Promise<LauncherEvent>;
  /** Resolves when the launcher has closed the connection; with the reason that it gave, null when it gave none. */
  readonly refused: Promise<string | null>;
  close(): void;
}

/**
 * @param options.warmStarts interpreters that may be booted ahead.
 * @param options.sources what boxes may show of the host besides what the plan shows.
 */
export async function startRawLauncher({
  warmStarts = [],
  sources = [],
}: {
  readonly warmStarts?: readonly WarmStart[];
  readonly sources?: readonly string[];
} = {}): Promise<RawLauncher> {
  // Other tests may want it at the same time.
  await promisify(execFile)("flock", [NATIVE, "make", "-C", NATIVE, "--silent", "asan"]);
  const lines: string[] = [];
  const path = mutatedLauncher() ?? LAUNCHER;
  const plan = await planBoxes({ slots: 1, warm: 2, toolchains: [], warmStarts, gate: gateBeside(path) });
  const launcher = await startLauncherProcess({
    path,
    sources: [...sourcesOf(plan), ...sources],
    log: (line) => lines.push(line),
  });
  const supervisor = listProcesses().find(
    ({ parentPid, executable }) => parentPid === process.pid && executable?.startsWith(path),
  );
  if (supervisor === undefined) throw new Error("There is no supervisor");
  const findPid = () => listProcesses().find(({ parentPid }) => parentPid === supervisor.pid)?.pid ?? null;
  // The supervisor is ready before it has made one.
  await eventually("there is a launcher", findPid);
  return {
    plan: Buffer.from(encodePlan(plan)),
    pid: () => findPid() ?? 0,
    open: (uid = launcher.uid) => openConnection(connectAs(uid, launcher.socketPath)),
    replace: launcher.replace,
    said: () => lines.join("\n"),
    async stop() {
      const directory = dirname(launcher.socketPath);
      const lock = watchLock(directory);
      const groups = findControlGroups(Number(basename(directory)), supervisor.pid);
      await launcher.stop();
      const remains = [...groups.parents(), ...[directory, lock.path].filter((path) => existsSync(path))];
      if (remains.length > 0 && !lock.isOthers())
        throw new Error(`The launcher left ${remains.join(", ")}:\n${lines.join("\n")}`);
    },
  };
}

/** The launcher that the proof by mutation is about at the moment. */
function mutatedLauncher(): string | null {
  const mutation = process.env["MILLRACE_TEST_MUTATION"];
  const without = mutation === undefined ? undefined : findMutation(mutation).without;
  return without === undefined ? null : launcherWithout(without);
}

/** The kernel notes who connects at that moment; after it this process is root again. */
export function connectAs(uid: number, path: string): Socket {
  process.seteuid?.(uid);
  try {
    return connect(path);
  } finally {
    process.seteuid?.(0);
  }
}

function openConnection(socket: Socket): RawConnection {
  const events: (LauncherEvent & { box: number })[] = [];
  const decode = createFrameDecoder((type, box, payload) => {
    events.push({ ...parseEvent(type, box, Buffer.from(payload)), box });
  });
  socket.on("data", decode);
  socket.on("error", () => undefined); // closed while we were still sending
  const refused = new Promise<string | null>((resolve) => {
    socket.on("close", () => {
      const last = events.at(-1);
      resolve(last?.kind === "fatal" ? last.reason : null);
    });
  });
  return {
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    pause(ms) {
      socket.pause();
      setTimeout(() => socket.resume(), ms);
    },
    events,
    receives: (kind, box) =>
      eventually(
        `an event ${kind}`,
        () => events.find((event) => event.kind === kind && (box === undefined || event.box === box)) ?? null,
      ),
    refused,
    close: () => void socket.destroy(),
  };
}
