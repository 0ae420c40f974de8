import { ConfigError, describeSettings, readConfig } from "../config/config.ts";
import { readVersion } from "../main/package-files.ts";
import { serve } from "../main/serve.ts";
import { StartError } from "../main/start-error.ts";

const HELP = `Millrace runs programs in sandboxes, over HTTP.

Usage: millrace serve [flags]      start the server, as root
       millrace --help             this text
       millrace --version          the version

Flags of serve, each with the environment variable that it wins over:
${describeSettings()}
`;

const USAGE_STATUS = 2;

/**
 * Does what the command line says.
 * @param argv what stands after the program's name.
 * @returns the exit status.
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return explain(error);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (argv.includes("--help") || argv.includes("-h")) return print(HELP);
  if (command === "--version" || command === "-v") return print(`${readVersion()}\n`);
  if (command === "serve") return serve(readConfig(rest), (text) => print(`${text}\n`));
  const complaint = command === undefined ? "a command is missing" : `there is no command ${JSON.stringify(command)}`;
  process.stderr.write(`millrace: ${complaint}\n\n${HELP}`);
  return USAGE_STATUS;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** What a person can mend is one message; anything else is a bug and shows its trace. */
function explain(error: unknown): number {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  process.stderr.write(`millrace: ${error.message}\n`);
  return error instanceof ConfigError ? USAGE_STATUS : 1;
}
