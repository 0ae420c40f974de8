/**
 * `npm run test:hosts`: the same tests of boxes on every kind of host, {v1, v2} × {root, rootless}, as one table. What this host is
 * not, a small virtual machine is: cgroup version 2 alone, on an emulated processor, where a few chosen tests run. Writes nothing.
 *
 * Usage: npm run test:hosts [-- WORD...]   words of the table, like `v1 hostile`, leave out its other rows or columns
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";

const VERSIONS = ["v1", "v2"] as const;
const USERS = ["root", "rootless"] as const;
const COLUMNS = ["box", "limits", "hostile"] as const;

type Version = (typeof VERSIONS)[number];
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

/** On an emulated processor, where a run takes 15 to 200 times as long. */
const FEW: typeof WHOLE = {
  box: { files: ["test/hosts/boxes.test.ts"] },
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

const RUNNING_OUT_S = 900;
const MACHINE_FAILED = [124, 125];

const isUnified = existsSync("/sys/fs/cgroup/cgroup.controllers");

async function runCell(version: Version, user: User, { files, only }: Chosen): Promise<string> {
  const isHere = (version === "v2") === isUnified;
  if (!isHere && version === "v1") return "not here: no version 1";
  const kind = user === "root" ? "root" : "ordinary";
  const vitest = ["node_modules/.bin/node", "node_modules/.bin/vitest", "run", ...files];
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
  ];
  const command = isHere ? vitest : [...machine, "--env", `MILLRACE_TEST_USER=${kind}`, "--", ...vitest];
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, MILLRACE_TEST_USER: kind },
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, status] = await Promise.all([text(child.stdout), ended]);
  const counts = /^(\d+ passed, \d+ failed(?:, \d+ skipped)?)$/m.exec(output)?.[1];
  if (status !== 0) console.log(output);
  if (!isHere && MACHINE_FAILED.includes(status ?? -1)) return "not tried: no virtual machine, or not in time";
  return counts ?? `ended with ${status}`;
}

const wanted = process.argv.slice(2);

/** All of them when none was asked for. */
function choose<Word extends string>(words: readonly Word[]): readonly Word[] {
  const chosen = words.filter((word) => wanted.includes(word));
  return chosen.length === 0 ? words : chosen;
}

const unknown = wanted.filter((word) => ![...VERSIONS, ...USERS, ...COLUMNS].some((known) => known === word));
if (unknown.length > 0 || process.getuid?.() !== 0) {
  console.error(
    unknown.length > 0
      ? `test:hosts knows no ${unknown.join(", ")}`
      : "test:hosts makes groups and users' places: run it as root",
  );
  process.exit(2);
}
const columns = choose(COLUMNS);
const rows: string[] = [];
for (const version of choose(VERSIONS)) {
  for (const user of choose(USERS)) {
    const chosen = (version === "v2") === isUnified ? WHOLE : FEW;
    const cells: string[] = [];
    for (const column of columns) {
      console.log(`${version}, ${user}, ${column}: …`);
      const counts = await runCell(version, user, chosen[column]);
      console.log(`${version}, ${user}, ${column}: ${counts}`);
      cells.push(counts);
    }
    rows.push(`| ${[version, user, ...cells].join(" | ")} |`);
  }
}
const head = ["cgroup", "server", ...columns];
console.log([`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows].join("\n"));
process.exitCode = rows.some((row) => /\b[1-9]\d* failed|ended with/.test(row)) ? 1 : 0;
