import type { Command } from "commander";
import type { ClusterResponse } from "../protocol/cluster-response.ts";
import { connect } from "./connect.ts";
import { createCommand } from "./create-command.ts";
import { addSettings } from "./setting-flags.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ millrace cluster --url http://localhost:8080
`;

const COLUMNS = [
  "node",
  "host",
  "does",
  "version",
  "ready",
  "slots",
  "isolation",
  "executions/s",
  "queued p95",
  "total p50",
  "total p95",
];

/** `millrace cluster` */
export function clusterCommand(terminal: Terminal): Command {
  const command = createCommand("cluster")
    .summary("show the nodes of a cluster, and what waits")
    .description("Shows the nodes that a server knows of, how busy they are, and how many executions wait.")
    .option("--json", "as the API's JSON")
    .addHelpText("after", EXAMPLES);
  return addSettings(command, ["url", "key"]).action(async () => {
    const cluster = await (await connect(command)).cluster();
    const isJson = command.opts<{ json?: true }>().json;
    terminal.print(isJson ? `${JSON.stringify(cluster, null, 2)}\n` : toText(cluster));
  });
}

function toText({ nodes, queue }: ClusterResponse): string {
  const rows = nodes.map(({ id, host, roles, version, ready, slots, usedSlots, isolation, recent }) => [
    id,
    host,
    roles.join(", "),
    version,
    ready ? "yes" : "no",
    `${usedSlots}/${slots}`,
    isolation,
    roles.includes("worker") ? recent.perSecond.toFixed(1) : "",
    inMs(recent.queuedMs?.p95),
    inMs(recent.totalMs?.p50),
    inMs(recent.totalMs?.p95),
  ]);
  const oldest = queue.jobs > 0 ? `, the oldest for ${inMs(queue.oldestMs)}` : "";
  return `${formatTable(COLUMNS, rows)}\n${queue.jobs} executions wait${oldest}\n`;
}

function inMs(value: number | undefined): string {
  return value === undefined ? "" : `${Math.round(value)} ms`;
}
