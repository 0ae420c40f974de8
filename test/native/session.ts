import { setTimeout as delay } from "node:timers/promises";
import { encodeScript } from "../../src/sandbox/script-records.ts";
import {
  encodeBare,
  encodeHeader,
  encodeHello,
  encodePrepare,
  encodeRead,
  encodeRetire,
  encodeStart,
  NO_ZYGOTE,
  REQUEST,
} from "../../src/sandbox/wire.ts";
import type { Random } from "../support/random.ts";
import type { RawConnection } from "../support/raw-launcher.ts";
import { eventually } from "../support/until.ts";
import { type BoxModel, createBoxModel } from "./box-model.ts";
import { define, frame } from "./raw-frames.ts";

const MANY_FILES = "mkdir -p a/b; echo x > a/b/c; ln -s /etc a/l; head -c 300000 /dev/zero > big; mkfifo pipe";

/** Every way in which a program can end, and some in which it can be a burden. */
const PROGRAMS: readonly (readonly string[])[] = [
  ["/usr/bin/true"],
  ["/usr/bin/echo", "hello"],
  ["/usr/bin/cat"],
  ["/usr/bin/yes"],
  ["/usr/bin/sleep", "0.02"],
  ["/usr/bin/sleep", "60"],
  ["/no/such/program"],
  ["/etc/passwd"],
  ["/bin/sh", "-c", "kill -9 $$"],
  ["/bin/sh", "-c", "while :; do :; done"],
  ["/bin/sh", "-c", "(sleep 5; echo late) & echo soon"],
  ["/bin/sh", "-c", "exec 0<&- 1>&-; sleep 0.05"],
  ["/bin/sh", "-c", "head -c 200000 /dev/zero; head -c 200000 /dev/zero >&2; exit 3"],
  ["/bin/sh", "-c", "head -c 50000000 /dev/zero | tail"],
  ["/bin/sh", "-c", MANY_FILES],
];

/** One connection on which only right things are said, in any order that is right, to several boxes at once. */
export async function playSession(options: {
  readonly random: Random;
  readonly connection: RawConnection;
  readonly plan: Uint8Array;
  /** How many the plan has. */
  readonly zygotes: number;
  /** Counts events, and causes of ends. */
  readonly note: (what: string) => void;
}): Promise<void> {
  const { random, connection, plan, zygotes, note } = options;
  const boxes = new Map<number, { readonly model: BoxModel; readonly zygote: number }>();
  let seen = 0;
  let lanes = 0;
  let lastNumber = 0;

  const chance = (percent: number) => random.integer(1, 100) <= percent;
  const pick = <Value>(values: readonly Value[]): Value => values[random.integer(0, values.length - 1)] as Value;

  /** Holds everything that has arrived against the models. */
  function check(): void {
    for (; seen < connection.events.length; seen++) {
      const event = connection.events[seen];
      if (event === undefined) continue;
      note(event.kind);
      if (event.kind === "exited") note(`cause ${event.report.cause}`);
      if (event.kind === "failed") note(`stage ${event.stage}`);
      if (event.kind === "welcome") lanes = event.lanes;
      else if (event.kind === "fatal") throw new Error(`It was refused, and was right: ${event.reason}`);
      else {
        const box = boxes.get(event.box);
        if (box === undefined) throw new Error(`${JSON.stringify(event)} is of a box that does not exist`);
        box.model.received(event);
        if (event.kind === "destroyed") boxes.delete(event.box);
      }
    }
  }

  function prepare(): void {
    lastNumber += 1;
    const zygote = zygotes > 0 && chance(40) ? random.integer(1, zygotes) : NO_ZYGOTE;
    boxes.set(lastNumber, { model: createBoxModel(), zygote });
    const size = {
      diskBytes: pick([4_096, 1 << 20, 4 << 20]),
      inodes: pick([3, 100]),
      processes: random.integer(1, 16),
    };
    connection.send(encodePrepare(lastNumber, size, zygote));
  }

  function scriptFor(zygote: number): Buffer {
    const argv = pick(PROGRAMS);
    const code = pick([
      "print(6*7)",
      "import sys; print(len(sys.stdin.read()))",
      "while True: pass",
      "1/0",
      "open('x', 'w')",
    ]);
    const isOfZygote = zygote !== NO_ZYGOTE;
    const content = Buffer.from(isOfZygote ? code : "x".repeat(random.integer(0, 20_000)));
    const { body, end } = encodeScript({
      files: [{ path: isOfZygote ? "main.py" : pick(["data", "deep/er/data"]), content, mode: 0o644 }],
      rlimits: [],
      argv,
      env: { PATH: "/usr/bin:/bin" },
      executable: argv[0] ?? "",
      end: isOfZygote ? "go" : "exec",
    });
    return Buffer.concat([...body, end]);
  }

  function start(number: number, model: BoxModel, zygote: number): void {
    let script = scriptFor(zygote);
    if (chance(20)) script = script.subarray(0, random.integer(0, script.length)); // the box's trouble, not the launcher's
    const split = chance(50) ? random.integer(0, script.length) : 0;
    if (split > 0) {
      connection.send(encodeHeader(REQUEST.load, number, split), script.subarray(0, split));
      model.sent({ kind: "load", bytes: split });
    }
    const rest = script.subarray(split);
    const limits = {
      memoryBytes: pick([1 << 16, 1 << 23, 1 << 26, 1 << 26, 1 << 26, 1 << 26]),
      cpuUs: random.integer(1_000, 300_000),
      wallUs: random.integer(1_000, 500_000),
      outputBytes: pick([0, 1, 1_000, 300_000]),
      processes: random.integer(1, 16),
      isKept: chance(50),
    };
    connection.send(encodeStart(number, limits, rest.length), rest);
    model.sent({ kind: "start", bytes: rest.length, ...limits });
  }

  function feed(number: number, model: BoxModel): void {
    const bytes = Math.min(model.credit("stdin"), random.integer(0, 100_000));
    connection.send(frame(REQUEST.stdin, number, Buffer.alloc(bytes, "x")));
    model.sent({ kind: "stdin", bytes });
  }

  function bare(name: "stdinEnd" | "kill" | "list" | "release", number: number, model: BoxModel): void {
    connection.send(encodeBare(name, number));
    model.sent({ kind: name });
  }

  function read(number: number, model: BoxModel): void {
    const path = pick(["big", "a/b/c", "a/l/passwd", "../x", "a", "data", "pipe", "/etc/passwd", "x".repeat(1_000)]);
    connection.send(encodeRead(number, pick([0, 1, 1_000_000]), Buffer.from(path)));
    model.sent({ kind: "read" });
  }

  /** The requests that are right for a box now. One that is there more often is sent more often. */
  function rightRequests(number: number, { model, zygote }: { model: BoxModel; zygote: number }): (() => void)[] {
    const phase = model.phase();
    const often = (times: number, ...requests: (() => void)[]) => Array(times).fill(requests).flat() as (() => void)[];
    const kill = () => bare("kill", number, model);
    const input = model.isInputEnded() ? [] : [() => feed(number, model), () => feed(number, model)];
    const end = () => bare("stdinEnd", number, model);
    const wait = () => undefined;
    if (phase === "making") return [...often(20, wait), kill];
    if (phase === "prepared") return [...often(10, () => start(number, model, zygote)), ...input, end, kill];
    if (phase === "started") return [...often(5, ...input, end), kill];
    if (!model.isKept()) return [kill, end, ...input]; // they cross its end
    const files = [
      ...(model.isListing() ? [] : [() => bare("list", number, model)]),
      ...(model.isReading() ? [] : [() => read(number, model)]),
    ];
    return [...often(4, ...files), () => bare("release", number, model), kill];
  }

  /** All that is left is killed or let go: each box ends. */
  async function finish(): Promise<void> {
    for (const [number, { model }] of boxes) bare("kill", number, model);
    await eventually(
      "every box is destroyed",
      () => {
        check();
        return boxes.size === 0;
      },
      20_000,
    );
  }

  connection.send(encodeHello(), define(plan));
  await connection.receives("welcome");
  check();
  for (let steps = random.integer(5, 120); steps > 0; steps--) {
    if (boxes.size < lanes && chance(30)) prepare();
    if (boxes.size > 0 && chance(70)) {
      const [number, box] = pick([...boxes]);
      pick(rightRequests(number, box))();
    }
    if (zygotes > 0 && chance(2)) connection.send(encodeRetire(random.integer(1, zygotes)));
    if (chance(3)) connection.pause(random.integer(1, 60));
    await delay(chance(70) ? 0 : random.integer(1, 15));
    check();
  }
  if (chance(70)) await finish();
}
