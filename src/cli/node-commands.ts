import type { Command } from "commander";
import type { SettingName } from "../config/settings.ts";
import type { Role } from "../domain/node.ts";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings, settingsOf } from "./setting-flags.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const GATEWAY_EXAMPLES = `
Examples:
  $ millrace gateway --nats nats://localhost:4222
  $ millrace gateway --nats tls://nats-1:4222,tls://nats-2:4222 --host 0.0.0.0
`;

const WORKER_EXAMPLES = `
Examples:
  $ sudo millrace worker --nats nats://localhost:4222 --port 0
  $ sudo millrace worker --nats tls://nats-1:4222 --slots 8
`;

/** What only a worker needs. */
const WORKER_SETTINGS: ReadonlySet<SettingName> = new Set(["slots", "warm", "warmMemory", "preload", "compileCache"]);

/** `millrace gateway` */
export function gatewayCommand(terminal: Terminal): Command {
  const command = createCommand("gateway")
    .summary("start a gateway alone: it answers clients, workers elsewhere run programs")
    .description(
      "Starts a gateway: it answers clients and needs no root. Workers at the same NATS servers run the programs.",
    )
    .addHelpText("after", GATEWAY_EXAMPLES);
  const names = settingsOf("server").filter((name) => !WORKER_SETTINGS.has(name));
  return addSettings(command, names).action(() => start(command, "gateway", terminal));
}

/** `millrace worker` */
export function workerCommand(terminal: Terminal): Command {
  const command = createCommand("worker")
    .summary("start a worker alone, as root: it runs programs for gateways elsewhere")
    .description(
      "Starts a worker: it takes jobs from the NATS servers and runs them. It needs root for a moment, to make boxes; over HTTP it says only how it is.",
    )
    .addHelpText("after", WORKER_EXAMPLES);
  return addSettings(command, settingsOf("server")).action(() => start(command, "worker", terminal));
}

async function start(command: Command, role: Role, terminal: Terminal): Promise<void> {
  const { config } = readSettings(command);
  if (config.nats.length === 0) {
    throw new UsageError(
      `a ${role} alone has to know where to meet the others: --nats nats://HOST:4222. \`millrace serve\` is both in one process`,
    );
  }
  const { serve } = await import("../main/serve.ts");
  terminal.exitWith(await serve(config, (text) => terminal.print(`${text}\n`), { roles: [role] }));
}
