import { basename, extname } from "node:path";
import type { LanguageEntry } from "../../protocol/languages-response.ts";
import { UsageError } from "../usage-error.ts";

type Named = Pick<LanguageEntry, "id" | "aliases" | "extensions">;

/**
 * The language of a file, by its name's ending.
 * @param path the program's main file.
 * @throws {UsageError} when its ending is no language's, or that of several.
 */
export function guessLanguage(path: string, languages: readonly Named[]): string {
  const extension = extname(path).toLowerCase();
  const candidates = languages.filter(({ extensions }) => extensions.includes(extension));
  const [only, ...others] = candidates.map(({ id }) => id);
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    throw new UsageError(`${basename(path)} may be ${[only, ...others].join(" or ")}: say --language`);
  }
  const known = languages.map(({ id }) => id).join(", ");
  throw new UsageError(`The name ${basename(path)} does not tell its language: say --language, one of ${known}`);
}
