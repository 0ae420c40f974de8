/**
 * `npm run test:hosts`: the same tests of boxes on every kind of host, {v1, v2} × {root, rootless}, as one table. What this host is
 * not, a small virtual machine is: cgroup version 2 alone, on an emulated processor, where a few chosen tests run, or with the
 * word `whole` all of them. Writes nothing.
 *
 * Usage: npm run test:hosts [-- WORD...]   words of the table, like `v1 hostile`, leave out its other rows or columns
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { arch } from "node:process";
import { text } from "node:stream/consumers";

const VERSIONS = ["v1", "v2"] as const;
const PROCESSORS = ["x64", "arm64"] as const;
const USERS = ["root", "rootless"] as const;
const COLUMNS = ["box", "limits", "hostile"] as const;

type Version = (typeof VERSIONS)[number];
type Processor = (typeof PROCESSORS)[number];
type User = (typeof USERS)[number];

interface Chosen {
  readonly files: readonly string[];
  /** Which of their tests, by name, where not all. */
  readonly only?: string;
}

const WHOLE: Record<(typeof COLUMNS)[number], Chosen> = {
  box: { files: ["test/integration/hello.test.ts", "test/integration/leftovers.test.ts"] },
  limits: { files: ["test/integration/limits"] },
  hostile: { files: ["test/security/hostile-programs.test.ts", "test/security/attempts.test.ts"] },
};

/** On an emulated processor, where a run takes 15 to 200 times as long. `-t` skips the others without a reason. */
const FEW: typeof WHOLE = {
  box: { files: ["test/hosts/boxes.test.ts", "test/hosts/doctor.test.ts"] },
  limits: {
    files: [
      "test/integration/limits/memory.test.ts",
      "test/integration/limits/processes-and-files.test.ts",
      "test/hosts/version-2.test.ts",
    ],
    only: "memory as (?:heap|tmp)|killed child|several processes|threads, main among them (?:at the limit|above)|fork bomb|kills one of its|swapped out|by the group",
  },
  hostile: {
    files: ["test/security/hostile-programs.test.ts", "test/native/untrue.test.ts"],
    only: "a zygote has no power|a01_|a05_|a07_|a20_|a35_|a41_|c06_|c13_|c23_|c38_|c40_",
  },
};

const WHOLE_WORD = "whole";
const RUNNING_OUT_S = 1_800;
/** Where the launcher is compiled for a machine of another processor. */
const FOREIGN_BUILD = join(process.cwd(), "native/build/arm64");
const CROSS_COMPILER = "aarch64-linux-gnu-gcc";
const MACHINE_FAILED = [124, 125];

const isUnified = existsSync("/sys/fs/cgroup/cgroup.controllers");

interface Kind {
  readonly version: Version;
  readonly processor: Processor;
  readonly user: User;
}

function isThisHost({ version, processor }: Kind): boolean {
  return (version === "v2") === isUnified && processor === arch;
}

/** What compiles in a box's test is not in the machine of another processor. */
const NEEDS_MAKE = "test/native/untrue.test.ts";

function chooseTests(kind: Kind, column: (typeof COLUMNS)[number]): Chosen {
  const { files, only } = (isThisHost(kind) || isWhole ? WHOLE : FEW)[column];
  const possible = kind.processor === arch ? files : files.filter((file) => file !== NEEDS_MAKE);
  return { files: possible, ...(only !== undefined && { only }) };
}

interface Cell {
  readonly text: string;
  /** Why some of its tests were skipped, a line each. */
  readonly reasons: readonly string[];
}

/** Reads what the reporter says at the end; tests that were not chosen are told from those that cannot be. */
function readCounts(output: string): Cell | null {
  const [, passed, failed, skipped = "0"] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(output) ?? [];
  if (passed === undefined) return null;
  const leftOut = Number(/^skipped: no reason given \((\d+)\)$/m.exec(output)?.[1] ?? 0);
  const reasons = [...output.matchAll(/^skipped: (?!no reason given \()(.*)$/gm)].map(([, reason = ""]) => reason);
  const chosen = Number(passed) + Number(failed) + Number(skipped) - leftOut;
  const text = [`${passed} passed, ${failed} failed`];
  if (Number(skipped) > leftOut) text.push(`${Number(skipped) - leftOut} skipped`);
  if (leftOut > 0) text.push(`chosen: ${chosen} of ${chosen + leftOut}`);
  return { text: text.join(", "), reasons };
}

async function runCell(wanted: Kind, { files, only }: Chosen): Promise<Cell> {
  const { version, processor, user } = wanted;
  const isHere = isThisHost(wanted);
  if (!isHere && version === "v1") return { text: "not here: no version 1", reasons: [] };
  const kind = user === "root" ? "root" : "ordinary";
  const isForeign = processor !== arch;
  const node = isForeign ? "node" : "node_modules/.bin/node";
  const vitest = [node, "node_modules/.bin/vitest", "run", ...files];
  if (only !== undefined) vitest.push("-t", only);
  const machine = [
    "test/vm/run-in-vm",
    "--mem",
    "3072",
    "--swap",
    "512",
    "--timeout",
    String(RUNNING_OUT_S),
    "--share",
    process.cwd(),
    ...(isForeign ? ["--arch", processor, "--share", `${FOREIGN_BUILD}:${process.cwd()}/native/build`] : []),
  ];
  const command = isHere ? vitest : [...machine, "--env", `MILLRACE_TEST_USER=${kind}`, "--", ...vitest];
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, MILLRACE_TEST_USER: kind },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, status] = await Promise.all([text(child.stdout), ended]);
  if (status !== 0) console.log(output);
  if (!isHere && MACHINE_FAILED.includes(status ?? -1)) {
    return { text: "not tried: no virtual machine, or not in time", reasons: [] };
  }
  return readCounts(output) ?? { text: `ended with ${status}`, reasons: [] };
}

const wanted = process.argv.slice(2);
const isWhole = wanted.includes(WHOLE_WORD);

/** All of them when none was asked for. */
function choose<Word extends string>(words: readonly Word[]): readonly Word[] {
  const chosen = words.filter((word) => wanted.includes(word));
  return chosen.length === 0 ? words : chosen;
}

const words = [...VERSIONS, ...PROCESSORS, ...USERS, ...COLUMNS, WHOLE_WORD];
const unknown = wanted.filter((word) => !words.some((known) => known === word));
if (unknown.length > 0 || process.getuid?.() !== 0) {
  console.error(
    unknown.length > 0
      ? `test:hosts knows no ${unknown.join(", ")}`
      : "test:hosts makes groups and users' places: run it as root",
  );
  process.exit(2);
}
const columns = choose(COLUMNS);
const kinds = chooseKinds();
if (kinds.some(({ processor }) => processor !== arch)) {
  execFileSync("make", ["-C", "native", "--silent", `CC=${CROSS_COMPILER}`, "BUILD=build/arm64"], { stdio: "inherit" });
}
const rows: string[] = [];
const reasons: string[] = [];
for (const kind of kinds) {
  const { version, processor, user } = kind;
  const cells: string[] = [];
  for (const column of columns) {
    const name = [version, processor, user, column].join(", ");
    console.log(`${name}: …`);
    const cell = await runCell(kind, chooseTests(kind, column));
    console.log(`${name}: ${cell.text}`);
    cells.push(cell.text);
    reasons.push(...cell.reasons.map((reason) => `skipped: ${name}: ${reason}`));
  }
  rows.push(`| ${[version, processor, user, ...cells].join(" | ")} |`);
}
const head = ["cgroup", "processor", "server", ...columns];
console.log(
  [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows, "", ...reasons].join("\n"),
);
process.exitCode = rows.some((row) => /\b[1-9]\d* failed|ended with/.test(row)) ? 1 : 0;

/** Every kind that a host here or a machine can be. */
function chooseKinds(): readonly Kind[] {
  return choose(VERSIONS).flatMap((version) =>
    choose(PROCESSORS)
      .filter((processor) => processor === arch || (version === "v2" && processor === "arm64"))
      .flatMap((processor) => choose(USERS).map((user) => ({ version, processor, user }))),
  );
}
