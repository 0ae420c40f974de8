import { dirname } from "node:path";
import type { Values } from "./template.ts";
import { majorOf, minorOf } from "./versions.ts";

/** What a language is started with: absolute paths, all of the host or all of a box. */
export interface Executables {
  readonly executable: string;
  /** The manifest's other executables by name. */
  readonly tools: Readonly<Record<string, string>>;
}

/** What templates may say about executables. `home` is where the directory lies that `executable` is in: often `bin`. */
export function executableValues({ executable, tools }: Executables): Values {
  return {
    ...Object.fromEntries(Object.entries(tools).map(([name, path]) => [name, () => path])),
    executable: () => executable,
    home: () => dirname(dirname(executable)),
  };
}

/** What templates may say about a toolchain; `prepared` only where something was. */
export function toolchainValues(
  toolchain: Executables & { readonly version: string; readonly prepared?: string | null },
): Values {
  const { version, prepared } = toolchain;
  return {
    ...executableValues(toolchain),
    version: () => version,
    major: () => majorOf(version),
    minor: () => minorOf(version),
    ...(prepared ? { prepared: () => prepared } : {}),
  };
}
