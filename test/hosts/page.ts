import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A command that docs/hosts.md shows, and what it is shown to say. */
export interface Block {
  readonly section: string;
  /** Without its comment. */
  readonly command: string;
  /** Those that are left out are not there. */
  readonly lines: readonly string[];
}

/** @returns the commands of docs/hosts.md, in its order. */
export function readBlocks(): Block[] {
  const page = readFileSync(new URL("../../docs/hosts.md", import.meta.url), "utf8");
  return page.split(/^##+ /m).flatMap((part) => {
    const section = part.split("\n")[0] ?? "";
    return [...part.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, text = ""]) =>
      text.split(/^\$ /m).flatMap((shown) => {
        const [command = "", ...lines] = shown.split("\n");
        if (command === "") return [];
        return {
          section,
          command: command.replace(/ +#.*$/, ""),
          lines: lines.filter((line) => line !== "" && line !== "…"),
        };
      }),
    );
  });
}

/** A line of the doctor's, but for what differs from one host to the next. */
export function withoutNumbers(line: string): string {
  return line
    .replace(/: \/.*\/native\/build/, ": …/native/build")
    .replaceAll(/\b\d+(?= (?:ms|MiB|programs|slots))/g, "N");
}

const LAST_TRIAL = /^\w+ +leftovers /;

/** What a doctor says of boxes, without numbers; languages and the verdict would take their time, so it is ended then. */
export async function readTrials(doctor: ChildProcess): Promise<string[]> {
  const ended = once(doctor, "exit");
  const said: string[] = [];
  for await (const line of createInterface({ input: doctor.stdout as NodeJS.ReadableStream })) {
    said.push(withoutNumbers(line));
    if (LAST_TRIAL.test(line)) break;
  }
  doctor.kill();
  await ended;
  return said;
}

/** The part of what the page shows that {@link readTrials} reads. */
export function trialsOf({ lines }: Block): string[] {
  const last = lines.findIndex((line) => LAST_TRIAL.test(line));
  return lines.slice(0, last + 1).map(withoutNumbers);
}
