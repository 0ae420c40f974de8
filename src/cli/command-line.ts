import { type Command, CommanderError } from "commander";
import { UnreachableError } from "../client/client.ts";
import { ConfigError } from "../config/config-error.ts";
import { EngineError } from "../domain/errors.ts";
import { KeysFileError } from "../main/key-store.ts";
import { readVersion } from "../main/package-files.ts";
import { StartError } from "../main/start-error.ts";
import { clusterCommand } from "./cluster-command.ts";
import { configCommand } from "./config-command.ts";
import { createCommand } from "./create-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { executionsCommand } from "./executions-command.ts";
import { jobsCommand } from "./jobs-command.ts";
import { keysCommand } from "./keys-command.ts";
import { languagesCommand } from "./languages-command.ts";
import { gatewayCommand, workerCommand } from "./node-commands.ts";
import { runCommand } from "./run/run-command.ts";
import { serveCommand } from "./serve-command.ts";
import { createTerminal, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Examples:
  $ sudo millrace doctor
  $ sudo millrace serve
  $ millrace run --url http://localhost:8080 hello.py
  $ millrace help run
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
  const terminal = createTerminal();
  try {
    await createProgram(terminal).parseAsync([...argv], { from: "user" });
    return terminal.exitStatus();
  } catch (error) {
    return explain(error, terminal);
  }
}

function createProgram(terminal: Terminal): Command {
  const program = createCommand("millrace", "millrace --help lists the commands")
    .description("Millrace runs programs in sandboxes, over HTTP or right here.")
    .version(readVersion(), "-v, --version", "print the version")
    .enablePositionalOptions()
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", EXAMPLES);
  program.addCommand(serveCommand(terminal));
  program.addCommand(gatewayCommand(terminal));
  program.addCommand(workerCommand(terminal));
  program.addCommand(runCommand(terminal));
  program.addCommand(executionsCommand(terminal));
  program.addCommand(jobsCommand(terminal));
  program.addCommand(clusterCommand(terminal));
  program.addCommand(languagesCommand(terminal));
  program.addCommand(doctorCommand(terminal));
  program.addCommand(keysCommand(terminal));
  program.addCommand(configCommand(terminal));
  program.addCommand(versionCommand(terminal));
  return program;
}

function versionCommand(terminal: Terminal): Command {
  return createCommand("version")
    .description("print the version")
    .action(() => terminal.print(`${readVersion()}\n`));
}

/** What a person can mend is one message; anything else is a bug and shows its trace. */
function explain(error: unknown, terminal: Terminal): number {
  // Its message is on standard error already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
  if (!isExpected(error)) throw error;
  terminal.complain(`millrace: ${error.message}\n`);
  return error instanceof UsageError || error instanceof ConfigError ? USAGE_STATUS : FAILURE_STATUS;
}

function isExpected(error: unknown): error is Error {
  const kinds = [UsageError, ConfigError, StartError, EngineError, KeysFileError, UnreachableError];
  return kinds.some((kind) => error instanceof kind);
}
