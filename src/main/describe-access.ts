import type { Config } from "../config/settings.ts";
import { isLoopback } from "./plan-access.ts";

/**
 * Who may use a server that has just started, in sentences for its operator; none where everybody on this machine may,
 * and nobody else.
 * @param file the keys file, and its keys; null when there is no such file.
 */
export function describeAccess(
  { host, public: isPublic }: Pick<Config, "host" | "public">,
  file: { readonly path: string; readonly keys: readonly unknown[] | null },
): readonly string[] {
  const { path, keys } = file;
  const sentences: string[] = [];
  if (isPublic) sentences.push("Everybody who reaches it may run programs (public)");
  else if (keys !== null) sentences.push(`Clients need an API key; ${count(keys.length)} in ${path}`);
  if (!isLoopback(host))
    sentences.push(`Others can reach it on ${host}, without encryption: put a proxy that speaks TLS before it`);
  return sentences;
}

function count(keys: number): string {
  if (keys === 0) return "there is none";
  return keys === 1 ? "there is one" : `there are ${keys}`;
}
