import { Command, CommanderError } from "commander";
import { ConfigError } from "../config/config-error.ts";
import { readVersion } from "../main/package-files.ts";
import { StartError } from "../main/start-error.ts";
import { configCommand } from "./config-command.ts";
import { serveCommand } from "./serve-command.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ sudo millrace serve
  $ millrace serve --help
`;

/** The command line is wrong, or a setting is. */
const USAGE_STATUS = 2;

/** What was asked for cannot be done here. */
const FAILURE_STATUS = 1;

/**
 * Does what the command line says.
 * @param argv what stands after the program's name.
 * @returns the exit status.
 */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  let status = 0;
  const terminal: Terminal = {
    print: (text) => void process.stdout.write(text),
    exitWith: (given) => {
      status = given;
    },
  };
  try {
    await createProgram(terminal).parseAsync([...argv], { from: "user" });
    return status;
  } catch (error) {
    return explain(error);
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command("millrace")
    .description("Millrace runs programs in sandboxes, over HTTP or right here.")
    .version(readVersion(), "-v, --version", "print the version")
    .helpOption("-h, --help", "explain the command")
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", EXAMPLES);
  program.addCommand(serveCommand(terminal));
  program.addCommand(configCommand(terminal));
  program
    .command("version")
    .description("print the version")
    .action(() => terminal.print(`${readVersion()}\n`));
  for (const command of [program, ...program.commands]) harden(command);
  return program;
}

/** Errors are thrown, not exits; they are one sentence that begins with our name, and where to read more. */
function harden(command: Command): void {
  const path = command.parent === null ? "millrace" : `millrace ${command.name()}`;
  command
    .exitOverride()
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .showHelpAfterError(`${path} --help explains it`)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "millrace: ")) });
}

/** What a person can mend is one message; anything else is a bug and shows its trace. */
function explain(error: unknown): number {
  // Its message is on standard error already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  process.stderr.write(`millrace: ${error.message}\n`);
  return error instanceof ConfigError ? USAGE_STATUS : FAILURE_STATUS;
}
