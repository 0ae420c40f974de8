import { ConfigError } from "./config-error.ts";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import {
  CONFIG_VARIABLE,
  type Environment,
  processEnvironment,
  readVariable,
  refuseUnknownVariables,
} from "./environment.ts";
import { type Config, flagOf, SETTING_NAMES, type SettingName, settingOf, variableOf } from "./settings.ts";

/** Flags of the command line by setting: their text, or yes and no for those that take none. */
export type Flags = { readonly [Name in SettingName]?: string | boolean | undefined };

/** Who said the value of a setting. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "flag"; readonly flag: string };

/** All settings, and who said each. */
export interface ReadConfig {
  readonly config: Config;
  readonly origins: { readonly [Name in SettingName]: Origin };
  /** The configuration file that was read; null for none. */
  readonly file: string | null;
}

/**
 * Reads the settings: a flag wins over the environment, which wins over the file, which wins over the default.
 * @param sources.flags what the command line says.
 * @param sources.configFile the file that `--config` names, which wins over `MILLRACE_CONFIG`.
 * @throws {ConfigError}
 */
export function readConfig(
  sources: {
    readonly flags?: Flags;
    readonly configFile?: string | undefined;
    readonly env?: Environment;
    /** Where a file is looked for that nobody names. */
    readonly usualFiles?: readonly string[];
  } = {},
): ReadConfig {
  const { flags = {}, env = processEnvironment() } = sources;
  refuseUnknownVariables(env);
  const file = readConfigFile(sources.configFile ?? readVariable(env, CONFIG_VARIABLE), sources.usualFiles);
  const settled = SETTING_NAMES.map((name) => [name, settle(name, flags, env, file)] as const);
  return {
    config: Object.fromEntries(settled.map(([name, { value }]) => [name, value])) as unknown as Config,
    origins: Object.fromEntries(settled.map(([name, { origin }]) => [name, origin])) as ReadConfig["origins"],
    file: file?.path ?? null,
  };
}

interface Settled {
  readonly value: unknown;
  readonly origin: Origin;
}

function settle(name: SettingName, flags: Flags, env: Environment, file: ConfigFile | null): Settled {
  const flag = flags[name];
  if (flag !== undefined) return check(name, flag, { kind: "flag", flag: flagOf(name) });
  for (const variable of variablesOf(name)) {
    const value = readVariable(env, variable);
    if (value !== undefined) return check(name, value, { kind: "environment", variable });
  }
  if (file?.values.has(name)) return check(name, file.values.get(name), { kind: "file", path: file.path });
  return { value: settingOf(name).fallback(), origin: { kind: "default" } };
}

/** The first that is set counts. */
function variablesOf(name: SettingName): readonly string[] {
  const { otherVariable } = settingOf(name);
  return otherVariable === undefined ? [variableOf(name)] : [variableOf(name), otherVariable];
}

function check(name: SettingName, given: unknown, origin: Origin): Settled {
  const { kind, isSecret } = settingOf(name);
  const isText = origin.kind !== "file" && typeof given === "string";
  const parsed = kind.schema.safeParse(isText ? kind.fromText(given) : given);
  if (parsed.success) return { value: parsed.data, origin };
  const instead = isSecret === true ? "" : `, not ${JSON.stringify(given)}`;
  throw new ConfigError(`${nameAt(name, origin)} has to be ${kind.needs}${instead}`);
}

/** What the person who set it calls it. */
function nameAt(name: SettingName, origin: Origin): string {
  switch (origin.kind) {
    case "flag":
      return origin.flag;
    case "environment":
      return origin.variable;
    case "file":
      return `${name} in ${origin.path}`;
    case "default":
      return name;
  }
}
