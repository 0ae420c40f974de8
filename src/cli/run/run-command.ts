import type { Command } from "commander";
import type { ReadConfig } from "../../config/config.ts";
import { createCommand } from "../create-command.ts";
import { addSettings, readSettings } from "../setting-flags.ts";
import type { Terminal } from "../terminal.ts";
import { EXIT } from "./exit-status.ts";
import { watchInterrupts } from "./interrupts.ts";
import { readProgram } from "./program-files.ts";
import { readStdin } from "./read-stdin.ts";
import { addRunOptions, type RunOptions } from "./run-options.ts";
import { type Runner, runProgram } from "./run-program.ts";

const ADVICE = "Arguments of the program that begin with - stand after --; millrace run --help explains the rest";

const MORE = `
A language may have other limits than these, which millrace languages --json shows.

It ends as the program does, with 128 + n when signal n ended it. Otherwise a line "millrace: <status>: <message>" on
standard error says what happened, and it ends with
  ${EXIT.compileError}  the program does not compile         ${EXIT.timeLimit}  more time than allowed
  ${EXIT.memoryLimit}  more memory than allowed             ${EXIT.engine}  Millrace could not run it
  ${EXIT.outputLimit}  more output than allowed             ${EXIT.notStarted}  it is nothing that can be started
    2  this command line is wrong

Examples:
  $ sudo millrace run hello.py
  $ millrace run --url http://localhost:8080 --stdin input.txt sum.c 1 2 "and three"
  $ echo 5 | sudo millrace run --cpu-ms 500 --memory-bytes 67108864 fib.js -- --verbose
  $ sudo millrace run Main.java --file util/Words.java
`;

/** `millrace run` */
export function runCommand(terminal: Terminal): Command {
  const command = createCommand("run", ADVICE)
    .summary("run a program in a sandbox, and end as it does")
    .description(
      "Runs a program in a fresh sandbox and ends as it does: on the server of --url, or here without one, as root.",
    )
    .argument("<file>", "the program")
    .argument("[args...]", "arguments for the program; put -- before those that begin with -")
    .addHelpText("after", MORE);
  addSettings(addRunOptions(command), ["url", "key", "languages", "isolation", "log"]);
  return command.action(async (file: string, args: string[]) => {
    const settings = readSettings(command);
    const options = command.opts<RunOptions>();
    const files = await readProgram(file, options.file ?? []);
    const stdin = await readStdin(options.stdin, terminal);
    const runner = await chooseRunner(settings, terminal);
    const interrupts = watchInterrupts();
    try {
      await runProgram({ path: file, files, stdin, args }, options, { runner, interrupts, terminal });
    } finally {
      interrupts.close();
    }
  });
}

/** Each is loaded only when it is used: it is what the command takes its time for. */
async function chooseRunner({ config, origins }: ReadConfig, terminal: Terminal): Promise<Runner> {
  const { url, key, languages } = config;
  if (url !== null) {
    const [{ createClient }, { persevere }] = await Promise.all([
      import("../../client/client.ts"),
      import("./persevere.ts"),
    ]);
    const announce = (text: string) => terminal.complain(`millrace: ${text}\n`);
    return persevere(createClient({ url, key }), { announce });
  }
  const { listLocalLanguages, runLocally } = await import("../../main/run-locally.ts");
  // What a server may well log, that it is connected, would stand between what the program prints.
  const logLevel = origins.log.kind === "default" ? "warn" : config.log;
  return {
    languages: async () => (await listLocalLanguages({ languages, isDetected: false })).languages,
    execute: (request, { signal } = {}) =>
      runLocally(request, {
        languages,
        isolation: config.isolation,
        logLevel,
        announce: (text) => terminal.complain(`millrace: ${text}\n`),
        signal: signal ?? new AbortController().signal,
      }),
  };
}
