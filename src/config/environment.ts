import { nearNames } from "../domain/near-names.ts";
import { ConfigError } from "./config-error.ts";
import { SETTING_NAMES, variableOf } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which file to read; no setting, because it is looked for before there are any. */
export const CONFIG_VARIABLE = "MILLRACE_CONFIG";

const PREFIX = "MILLRACE_";

/** Our tests speak to each other by variables that begin so. */
const OF_TESTS = "MILLRACE_TEST_";

/**
 * Refuses variables that would be settings if they were spelled right: what was set and has no effect surprises later.
 * @throws {ConfigError}
 */
export function refuseUnknownVariables(env: Environment): void {
  const known = [CONFIG_VARIABLE, ...SETTING_NAMES.map(variableOf)];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(PREFIX) || name.startsWith(OF_TESTS) || known.includes(name)) continue;
    // Compared without what all of them begin with, or every name would look like every other.
    const [near] = nearNames(withoutPrefix(name), known.map(withoutPrefix), 1);
    const advice = near === undefined ? `There are ${known.join(", ")}` : `Did you mean ${PREFIX}${near}?`;
    throw new ConfigError(`There is no setting ${name} (an environment variable). ${advice}`);
  }
}

function withoutPrefix(name: string): string {
  return name.slice(PREFIX.length);
}

/** The text of a variable. An empty one counts as not set, as in most scripts. */
export function readVariable(env: Environment, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}

/** The variables that this process was started with. Nothing else in Millrace reads them. */
export function processEnvironment(): Environment {
  return process.env;
}
