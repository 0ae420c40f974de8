import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { nearNames } from "../domain/near-names.ts";
import { ConfigError } from "./config-error.ts";
import { flagOf, isInFile, SETTING_NAMES, type SettingName, variableOf } from "./settings.ts";

/** A configuration file that was read: what it says of each setting, unchecked. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  readonly values: ReadonlyMap<SettingName, unknown>;
}

/** Where a file is looked for when nobody names one. The first that exists is read, and no other. */
export const USUAL_FILES: readonly string[] = ["millrace.yaml", "/etc/millrace/millrace.yaml"];

/**
 * Reads the configuration file that was named, or else the first of the usual ones.
 * @param named its path; it has to exist.
 * @returns null when none was named and none is there.
 * @throws {ConfigError} when it cannot be read, is no YAML, or has a key that is no setting.
 */
export function readConfigFile(named: string | undefined, usual: readonly string[] = USUAL_FILES): ConfigFile | null {
  if (named !== undefined) {
    const text = readText(named);
    if (text === null) throw new ConfigError(`There is no configuration file ${named}`);
    return { path: resolve(named), values: parseSettings(named, text) };
  }
  for (const path of usual) {
    const text = readText(path);
    if (text !== null) return { path: resolve(path), values: parseSettings(path, text) };
  }
  return null;
}

/** @returns null when there is no such file. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    throw new ConfigError(`The configuration file ${path} cannot be read: ${message}`, { cause });
  }
}

function parseSettings(path: string, text: string): ReadonlyMap<SettingName, unknown> {
  const content = parseYaml(path, text) ?? {};
  if (typeof content !== "object" || Array.isArray(content)) {
    throw new ConfigError(`${path} has to be a list of settings like "port: 8080", a line for each`);
  }
  return new Map(Object.entries(content).map(([key, value]) => [toSettingName(path, key), value]));
}

function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new ConfigError(`${path} is not YAML: ${(cause as Error).message.trimEnd()}`, { cause });
  }
}

function toSettingName(path: string, key: string): SettingName {
  const known = SETTING_NAMES.filter(isInFile);
  const name = known.find((candidate) => candidate === key);
  if (name !== undefined) return name;
  const elsewhere = SETTING_NAMES.find((candidate) => candidate === key);
  if (elsewhere !== undefined) {
    throw new ConfigError(
      `${path} cannot have ${key}: it is for ${flagOf(elsewhere)} or ${variableOf(elsewhere)}, never a file`,
    );
  }
  const [near] = nearNames(key, known, 1);
  const advice = near === undefined ? `There are ${known.join(", ")}` : `Did you mean ${near}?`;
  throw new ConfigError(`${path} has ${JSON.stringify(key)}, which is no setting. ${advice}`);
}
