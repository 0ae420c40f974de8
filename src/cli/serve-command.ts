import type { Command } from "commander";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings, settingsOf } from "./setting-flags.ts";
import type { Terminal } from "./terminal.ts";

const EXAMPLES = `
Examples:
  $ sudo millrace serve
  $ sudo millrace serve --port 9000 --slots 8
  $ curl --data-binary 'print(6*7)' localhost:9000/lang/python
  $ sudo millrace keys add alice && sudo millrace serve --host 0.0.0.0
`;

/** `millrace serve` */
export function serveCommand(terminal: Terminal): Command {
  const command = createCommand("serve")
    .summary("start the server, as root")
    .description(
      "Starts the server. It needs root for a moment, to make boxes, and listens as nobody in particular; an ordinary user needs control groups that are its own.",
    )
    .addHelpText("after", EXAMPLES);
  return addSettings(command, settingsOf("server")).action(async () => {
    const { config } = readSettings(command);
    const { serve } = await import("../main/serve.ts");
    terminal.exitWith(await serve(config, (text) => terminal.print(`${text}\n`)));
  });
}
