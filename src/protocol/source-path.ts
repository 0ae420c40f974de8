import { quote } from "./describe.ts";
import { MOST_REPORTED } from "./faults.ts";
import { REQUEST_LIMITS } from "./request-limits.ts";

/** C0 and C1 controls, and DEL. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Says what is wrong with the path of a file of a program; null when it is right. A right path is relative, in normal
 * form, and means the same file whoever reads it: it cannot leave the directory that it is put under.
 */
export function faultOfPath(path: string): string | null {
  if (path === "") return 'is empty; a relative path like "src/util.py" is needed';
  if (!path.isWellFormed()) return "has a lone surrogate, so it is not a text that UTF-8 can carry";
  if (CONTROL.test(path)) return `has a control character: ${quote(path)}`;
  if (path.includes("\\")) return `has a backslash: ${quote(path)}; parts are separated by "/"`;
  if (path.startsWith("/")) return `is absolute: ${quote(path)}; it has to be relative`;
  if (Buffer.byteLength(path) > REQUEST_LIMITS.pathBytes) {
    return `is longer than ${REQUEST_LIMITS.pathBytes} bytes: ${quote(path)}`;
  }
  const parts = path.split("/");
  if (parts.length > REQUEST_LIMITS.pathDepth) return `has more than ${REQUEST_LIMITS.pathDepth} parts: ${quote(path)}`;
  for (const part of parts) {
    if (part === "") return `has an empty part: ${quote(path)}`;
    if (part === "." || part === "..") return `has the part ${quote(part)}: ${quote(path)}`;
    if (Buffer.byteLength(part) > REQUEST_LIMITS.pathPartBytes) {
      return `has a part longer than ${REQUEST_LIMITS.pathPartBytes} bytes: ${quote(part)}`;
    }
  }
  return null;
}

/**
 * Finds paths that cannot stand side by side, until there are enough of them: the same twice, or a file where another path
 * has a directory.
 * @param paths each of them right by itself.
 */
export function findPathConflicts(paths: readonly string[]): { readonly index: number; readonly message: string }[] {
  const conflicts: { index: number; message: string }[] = [];
  const directories = directoriesOf(paths);
  const seen = new Set<string>();
  for (const [index, path] of paths.entries()) {
    if (conflicts.length > MOST_REPORTED) break;
    if (seen.has(path)) conflicts.push({ index, message: `is given twice: ${quote(path)}` });
    else if (directories.has(path))
      conflicts.push({ index, message: `is also a directory of another file: ${quote(path)}` });
    seen.add(path);
  }
  return conflicts;
}

/** All directories that the paths lead through. Of one that is known so are those above it: they are not looked at again. */
function directoriesOf(paths: readonly string[]): Set<string> {
  const directories = new Set<string>();
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at !== -1; at = path.lastIndexOf("/", at - 1)) {
      const directory = path.slice(0, at);
      if (directories.has(directory)) break;
      directories.add(directory);
    }
  }
  return directories;
}
