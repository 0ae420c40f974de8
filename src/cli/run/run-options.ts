import { type Command, InvalidArgumentError, Option } from "commander";
import { flagOf } from "../../config/settings.ts";
import { DEFAULT_RUN_LIMITS, LIMIT_NAMES, type Limits } from "../../domain/limits.ts";

const LIMITS_GROUP = "Limits of the program:";

/** What each limit bounds. */
const LIMIT_HELP: Readonly<Record<keyof Limits, string>> = {
  cpuMs: "processor time of all its processes, milliseconds",
  wallMs: "time from start to end, milliseconds",
  memoryBytes: "memory, files in /tmp and /box included, bytes",
  outputBytes: "standard output and error together, bytes",
  processes: "processes and threads at once",
  diskBytes: "/box, /tmp and /dev/shm together, bytes",
  openFiles: "descriptors of a process",
  fileBytes: "the largest file, bytes",
};

/** What the command line says of a run; limits stand beside the rest, by name. */
export type RunOptions = { readonly [Name in keyof Limits]?: number } & {
  readonly language?: string;
  readonly version?: string;
  /** A path, or `-`. */
  readonly stdin?: string;
  readonly file?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly compileArg?: readonly string[];
  readonly json?: true;
};

/** Gives a command the options of a run. */
export function addRunOptions(command: Command): Command {
  command
    .option("-l, --language <name>", "language, by default told from FILE's ending")
    .option("--version <range>", "version of the language, like 3 or >=17; by default the highest")
    .option("--stdin <file>", "what the program reads; - is this command's own, the default unless that is a terminal")
    .option("--file <path>", "another file of the program, in FILE's folder or below; may be repeated", append)
    .option("--env <name=value>", "variable of the program's environment; may be repeated", appendVariable)
    .option("--compile-arg <arg>", "argument of the compiler; may be repeated", append)
    .option("--json", "print the result as the API's JSON instead of the program's output");
  for (const name of LIMIT_NAMES) {
    const help = `${LIMIT_HELP[name]} (default ${DEFAULT_RUN_LIMITS[name]})`;
    const option = new Option(`${flagOf(name)} <number>`, help).argParser(wholeNumber);
    command.addOption(option.helpGroup(LIMITS_GROUP));
  }
  return command;
}

/** The limits that were given. */
export function limitsOf(options: RunOptions): Partial<Limits> {
  return Object.fromEntries(
    LIMIT_NAMES.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}

function append(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function appendVariable(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It has to be NAME=VALUE.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(text);
}
