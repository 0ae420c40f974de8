import { readFileSync } from "node:fs";

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
