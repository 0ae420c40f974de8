import type { Command } from "commander";
import type { Origin, ReadConfig } from "../config/config.ts";
import { type Config, fallbackText, SETTING_NAMES, type SettingName, settingOf } from "../config/settings.ts";
import { createCommand } from "./create-command.ts";
import { addSettings, readSettings } from "./setting-flags.ts";
import { formatTable } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const REDACTED = "********";

const EXAMPLES = `
Examples:
  $ millrace config
  $ MILLRACE_SLOTS=4 millrace config --port 9000 --json
`;

/** `millrace config` */
export function configCommand(terminal: Terminal): Command {
  const command = createCommand("config")
    .summary("show every setting, and where its value comes from")
    .description(
      "Shows the value of every setting as the other commands would find it, and who said it. Starts nothing.",
    )
    .option("--json", "as JSON")
    .addHelpText("after", EXAMPLES);
  return addSettings(command, SETTING_NAMES).action(() => {
    const settings = readSettings(command);
    terminal.print(command.opts<{ json?: true }>().json ? toJson(settings) : toText(settings));
  });
}

function toText({ config, origins, file }: ReadConfig): string {
  const rows = SETTING_NAMES.map((name) => {
    const { kind, at } = describeOrigin(origins[name]);
    return [name, toCell(shown(config, name)) ?? fallbackText(name), at === null ? kind : `${kind} ${at}`];
  });
  const table = formatTable(["setting", "value", "from"], rows);
  return `${table}\n${file === null ? "No configuration file was found." : `Configuration file: ${file}`}\n`;
}

/** @returns null for no value, and for a list of none. */
function toCell(value: unknown): string | null {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return toCell(Object.entries(value).flatMap(([name, texts]) => [texts].flat().map((text) => `${name}:${text}`)));
  }
  const isNone = value === null || (Array.isArray(value) && value.length === 0);
  return isNone ? null : String(value);
}

function toJson({ config, origins, file }: ReadConfig): string {
  const entries = SETTING_NAMES.map((name) => {
    const { kind, at } = describeOrigin(origins[name]);
    return [name, { value: shown(config, name), from: kind, at }];
  });
  return `${JSON.stringify({ file, settings: Object.fromEntries(entries) }, null, 2)}\n`;
}

function shown(config: Config, name: SettingName): unknown {
  const value = config[name];
  return value !== null && settingOf(name).isSecret === true ? REDACTED : value;
}

/** The kind of place that said it, and which one; null where there is only one. */
function describeOrigin(origin: Origin): { readonly kind: Origin["kind"]; readonly at: string | null } {
  switch (origin.kind) {
    case "default":
      return { kind: origin.kind, at: null };
    case "file":
      return { kind: origin.kind, at: origin.path };
    case "environment":
      return { kind: origin.kind, at: origin.variable };
    case "flag":
      return { kind: origin.kind, at: origin.flag };
  }
}
