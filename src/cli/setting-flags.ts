import { type Command, Option } from "commander";
import { type Flags, type ReadConfig, readConfig } from "../config/config.ts";
import { USUAL_FILES } from "../config/config-file.ts";
import { CONFIG_VARIABLE } from "../config/environment.ts";
import { fallbackText, flagOf, SETTING_NAMES, type SettingName, settingOf, variableOf } from "../config/settings.ts";

const SETTINGS_GROUP = "Settings:";

/** Names of a server's settings, or a client's. */
export function settingsOf(side: "server" | "client"): readonly SettingName[] {
  return SETTING_NAMES.filter((name) => settingOf(name).side === side);
}

/** Gives a command the flags of settings, and `--config`. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) for (const option of toOptions(name)) command.addOption(option);
  const help = `configuration file (${CONFIG_VARIABLE}, default ${USUAL_FILES.join(", else ")}, where there is one)`;
  return command.addOption(new Option("--config <file>", help).helpGroup(SETTINGS_GROUP));
}

function toOptions(name: SettingName): Option[] {
  const { kind, help } = settingOf(name);
  const flag = flagOf(name);
  const more = `(${variableOf(name)}, default ${fallbackText(name)})`;
  if (kind.placeholder === null) {
    const negated = new Option(`--no-${flag.slice("--".length)}`).hideHelp();
    return [new Option(flag, `${help} ${more}`).helpGroup(SETTINGS_GROUP), negated];
  }
  return [new Option(`${flag} <${kind.placeholder}>`, `${help} ${more}`).helpGroup(SETTINGS_GROUP)];
}

/**
 * Reads the settings of a command: its flags, then all else that may say them.
 * @throws {ConfigError}
 */
export function readSettings(command: Command): ReadConfig {
  const given = command.opts<Flags & { config?: string }>();
  const flags = Object.fromEntries(SETTING_NAMES.map((name) => [name, given[name]])) as Flags;
  return readConfig({ flags, configFile: given.config });
}
