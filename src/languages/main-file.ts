import type { Manifest } from "./manifest.ts";
import { topLevelText } from "./top-level-text.ts";

/**
 * The name to save a program under that came as one text. Some languages demand a name: Java's public class `Shape` has
 * to be in `Shape.java`.
 */
export function mainFileName(manifest: Manifest, source: Uint8Array): string {
  const { default: usual, topLevelName } = manifest.mainFile;
  if (topLevelName === null) return usual;
  const name = topLevelName.exec(topLevelText(new TextDecoder().decode(source)))?.[1];
  return name === undefined ? usual : `${name}${manifest.extensions[0]}`;
}
