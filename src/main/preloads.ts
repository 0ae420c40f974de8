import { nearNames } from "../domain/near-names.ts";
import type { Preload } from "../engine/warm-starts.ts";
import { runCommand } from "../languages/command.ts";
import type { LanguageRegistry } from "../languages/registry.ts";
import type { Toolchain } from "../languages/toolchain.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { StartError } from "./start-error.ts";

/**
 * What can be told of the setting `preload` by the languages alone.
 * @throws {StartError} when one of them cannot load modules ahead, or a name is none of a module.
 */
export function refuseUnknownPreloads(preload: Preload, { list, toolchains }: LanguageRegistry): void {
  for (const [language, modules] of Object.entries(preload)) {
    const known = list().map(({ id }) => id);
    if (!known.includes(language)) {
      const [near] = nearNames(language, known, 1);
      throw new StartError(
        `preload: there is no language ${language}${near === undefined ? "" : `. Did you mean ${near}?`}`,
      );
    }
    const here = toolchains().filter((toolchain) => toolchain.language === language);
    if (here.length === 0) throw new StartError(`preload: this host has no ${language}`);
    for (const { manifest } of here) {
      const loading = manifest.run.warm?.preload;
      if (loading === undefined) throw new StartError(`preload: modules of ${language} cannot be loaded ahead`);
      const wrong = modules.find((name) => loading.name.exec(name)?.[0] !== name || /[,:]/.test(name));
      if (wrong !== undefined)
        throw new StartError(`preload: ${JSON.stringify(wrong)} is no module's name in ${language}`);
    }
  }
}

/** What loading all of them may take of a processor, milliseconds: what is slower would not come to its gate in time. */
const CHECK_CPU_MS = 6_000;
/** Ample, for a host that does other things too. */
const CHECK_WALL_MS = 60_000;

/**
 * Loads what is to be loaded ahead once in a box, as a program would.
 * @throws {StartError} when a module is missing, or leaves behind what a process that is forked must not have.
 */
export async function checkPreloads(options: {
  readonly preload: Preload;
  readonly toolchains: readonly Toolchain[];
  readonly sandbox: Pick<Sandbox, "run">;
}): Promise<void> {
  for (const toolchain of options.toolchains) {
    const modules = options.preload[toolchain.language] ?? [];
    const check = toolchain.manifest.run.warm?.preload?.check;
    if (modules.length === 0 || check === undefined) continue;
    const fault = await findFault(toolchain, modules, check, options.sandbox);
    if (fault === null) continue;
    throw new StartError(
      `preload: ${toolchain.language} ${toolchain.version} cannot load its modules ahead: ${fault}. Leave those out, or see docs/warm-starts.md`,
    );
  }
}

async function findFault(
  toolchain: Toolchain,
  modules: readonly string[],
  check: string,
  sandbox: Pick<Sandbox, "run">,
): Promise<string | null> {
  const files = [{ path: toolchain.manifest.mainFile.default, content: Buffer.from(check), mode: 0o644 }];
  const limits = { ...toolchain.limits, cpuMs: CHECK_CPU_MS, wallMs: CHECK_WALL_MS };
  const command = runCommand(toolchain, { files, limits, args: modules, env: {} }, []);
  const report = await sandbox.run({ ...command, files, limits, stdin: new Uint8Array(), warm: null, collect: null });
  const said = Buffer.from(report.stdout).toString().trim();
  if (said !== "") return said.split("\n").join("; ");
  if (report.stopCause === null && report.exit?.kind === "code" && report.exit.code === 0) return null;
  return `they take too long, or too much (${report.stopCause ?? "they end the process"})`;
}
