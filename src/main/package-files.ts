import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Files of the package; they lie at the same place seen from `src/main` and from the compiled `dist/main`. */
function pathOf(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}

/** The launcher's sources and, once compiled, the launcher. */
export const NATIVE_DIRECTORY = pathOf("native");

/** The manifests of the languages. */
export const LANGUAGES_DIRECTORY = pathOf("languages");

/** The viewer of the API's document: as npm lays it in a clone, or where the build puts it in a package. */
export function viewerDirectory(): string {
  const inClone = pathOf("node_modules/swagger-ui-dist");
  return existsSync(inClone) ? inClone : pathOf("dist/swagger-ui");
}

/** The package's version. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(pathOf("package.json"), "utf8")) as { version: string };
  return version;
}
