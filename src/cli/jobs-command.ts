import type { Command } from "commander";
import { connect } from "./connect.ts";
import { createCommand } from "./create-command.ts";
import { addSettings } from "./setting-flags.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Examples:
  $ millrace jobs --dead --url http://localhost:8080
  $ millrace jobs retry exe_0123456789abcdef0123456789abcdef --url http://localhost:8080
`;

/** `millrace jobs` */
export function jobsCommand(terminal: Terminal): Command {
  const command = createCommand("jobs")
    .summary("list jobs that ended their workers, or try one again")
    .description(
      "Lists the jobs of the server of --url that ended their workers again and again, and are not started any more.",
    )
    .option("--dead", "those; there are no others to list yet")
    .addCommand(retryCommand(terminal))
    .addHelpText("after", EXAMPLES);
  return addSettings(command, ["url", "key"]).action(async () => {
    if (command.opts<{ dead?: true }>().dead !== true) throw new UsageError("--dead has to say which jobs to list");
    const jobs = await (await connect(command)).deadJobs();
    const rows = jobs.map(({ id, language, version, acceptedAt, client }) => [
      id,
      `${language} ${version}`,
      acceptedAt,
      client ?? "",
    ]);
    terminal.print(formatTable(["execution", "language", "accepted", "key"], rows));
  });
}

function retryCommand(terminal: Terminal): Command {
  const command = createCommand("retry")
    .description("have a dead job's program run once more, as a new execution, and print that one's id")
    .argument("<id>", "of the execution that is dead");
  return addSettings(command, ["url", "key"]).action(async (id: string) => {
    const execution = await (await connect(command)).retry(id);
    terminal.print(`${execution.id}\n`);
  });
}
