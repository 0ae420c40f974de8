import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { OwnPlaces } from "../languages/detect.ts";

const require = createRequire(import.meta.url);

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

/** What Millrace itself runs on, which languages may run on as well. */
export const OWN_PLACES: OwnPlaces = {
  millraceNode: process.execPath,
  millraceModules: dirname(dirname(require.resolve("esbuild/package.json"))),
};

/** The package's version. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(pathOf("package.json"), "utf8")) as { version: string };
  return version;
}
