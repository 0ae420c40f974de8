import type { Command } from "commander";
import { MOST_CLIENT_LIMITS } from "../domain/client-limits.ts";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings } from "./setting-flags.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

const EXAMPLES = `
Examples:
  $ sudo millrace keys add alice --rate 600/min --concurrency 8
  $ sudo millrace keys list
  $ sudo millrace keys remove alice
`;

/** `millrace keys` */
export function keysCommand(terminal: Terminal): Command {
  const command = createCommand("keys")
    .summary("add, list and remove the API keys of a server")
    .description("Changes the API keys of a server on this host. A running one notices within a second.")
    .helpCommand("help [command]", "explain a command")
    .addHelpText("after", EXAMPLES);
  command.addCommand(addCommand(terminal));
  command.addCommand(listCommand(terminal));
  command.addCommand(removeCommand(terminal));
  return command;
}

function addCommand(terminal: Terminal): Command {
  const command = createKeysCommand("add")
    .description("Makes a key and prints it: only this once, because no more than its hash is kept.")
    .argument("<name>", "whose it is: letters, digits, dots, dashes, underscores")
    .option("--rate <number>", "requests within a minute, like 600 or 600/min (no limit)")
    .option("--concurrency <number>", "executions under way at once (the slots and half of the queue)");
  return addSettings(command, ["keysFile"]).action(async (name: string) => {
    const { rate, concurrency } = command.opts<{ rate?: string; concurrency?: string }>();
    const limits = {
      ratePerMinute: readNumber("--rate", rate?.replace(/\/min(ute)?$/, ""), MOST_CLIENT_LIMITS.ratePerMinute),
      concurrency: readNumber("--concurrency", concurrency, MOST_CLIENT_LIMITS.concurrency),
    };
    const { addKey } = await import("../main/key-store.ts");
    const path = keysFileOf(command);
    const key = await addKey(path, { name, ...limits });
    terminal.complain(`The key of ${name}, added to ${path}. Keep it now: it is not shown again.\n`);
    terminal.print(`${key}\n`);
  });
}

function listCommand(terminal: Terminal): Command {
  const command = createKeysCommand("list").description("Lists whose keys there are, since when, and their limits.");
  return addSettings(command, ["keysFile"]).action(async () => {
    const { readKeys } = await import("../main/key-store.ts");
    const path = keysFileOf(command);
    const keys = readKeys(path) ?? [];
    if (keys.length === 0) terminal.complain(`There are no keys in ${path}\n`);
    const rows = keys.map(({ name, createdAt, ratePerMinute, concurrency }) => [
      name,
      createdAt,
      ratePerMinute === undefined ? "-" : `${ratePerMinute}/min`,
      concurrency === undefined ? "-" : String(concurrency),
    ]);
    terminal.print(formatTable(["name", "created", "rate", "concurrency"], rows));
  });
}

function removeCommand(terminal: Terminal): Command {
  const command = createKeysCommand("remove")
    .description("Removes a key, which is refused from then on.")
    .argument("<name>", "whose key");
  return addSettings(command, ["keysFile"]).action(async (name: string) => {
    const { removeKey } = await import("../main/key-store.ts");
    const path = keysFileOf(command);
    await removeKey(path, name);
    terminal.complain(`The key of ${name} is no longer in ${path}\n`);
  });
}

function createKeysCommand(name: string): Command {
  return createCommand(name, `millrace keys ${name} --help explains it`);
}

function keysFileOf(command: Command): string {
  return readSettings(command).config.keysFile;
}

function readNumber(flag: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(`${flag} has to be a whole number from 1 to ${most}, not ${JSON.stringify(text)}`);
}
