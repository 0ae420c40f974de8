import type { Command } from "commander";
import type { ExecutionStateResponse } from "../protocol/execution-response.ts";
import { connect } from "./connect.ts";
import { createCommand } from "./create-command.ts";
import { addSettings } from "./setting-flags.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Examples:
  $ millrace executions get exe_0123456789abcdef0123456789abcdef --wait 10
  $ millrace executions cancel exe_0123456789abcdef0123456789abcdef
`;

/** As long as a server waits at once. */
const MOST_WAIT_S = 60;

/** `millrace executions` */
export function executionsCommand(terminal: Terminal): Command {
  return createCommand("executions")
    .summary("look at an execution that a server has accepted, or cancel it")
    .description("Prints, as JSON, an execution that the server of --url has accepted; or cancels it first.")
    .addCommand(getCommand(terminal))
    .addCommand(cancelCommand(terminal))
    .addHelpText("after", EXAMPLES);
}

function getCommand(terminal: Terminal): Command {
  const command = createCommand("get")
    .description("print an execution")
    .argument("<id>", "as the answer 202 has it")
    .option("--wait <seconds>", `wait for its end, at most ${MOST_WAIT_S}`);
  return addSettings(command, ["url", "key"]).action(async (id: string) => {
    const { wait = "0" } = command.opts<{ wait?: string }>();
    if (!/^\d{1,2}$/.test(wait) || Number(wait) > MOST_WAIT_S) {
      throw new UsageError(`--wait has to be a whole number of seconds up to ${MOST_WAIT_S}, not ${wait}`);
    }
    const client = await connect(command);
    print(terminal, await client.get(id, { waitMs: Number(wait) * 1_000 }));
  });
}

function cancelCommand(terminal: Terminal): Command {
  const command = createCommand("cancel")
    .description("cancel an execution, and print it")
    .argument("<id>", "as the answer 202 has it");
  return addSettings(command, ["url", "key"]).action(async (id: string) => {
    const client = await connect(command);
    print(terminal, await client.cancel(id));
  });
}

function print(terminal: Terminal, execution: ExecutionStateResponse): void {
  terminal.print(`${JSON.stringify(execution, null, 2)}\n`);
}
