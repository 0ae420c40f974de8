import type { Language } from "../../domain/language.ts";
import type { Engine } from "../../engine/engine.ts";
import { toExecution } from "../../gateway/to-execution.ts";
import type { LanguageRegistry } from "../../languages/registry.ts";
import { degraded, type Finding, fail, pass } from "./finding.ts";

const HELLO = "Hello, world!";

/**
 * Says hello in every language that is here. A language that is not is absent, and that is nobody's fault; one of which something
 * is here that cannot be used is degraded.
 */
export async function* examineLanguages(languages: LanguageRegistry, engine: Engine): AsyncGenerator<Finding> {
  const all = languages.list();
  for (const language of all) {
    for (const trouble of language.troubles) yield degraded(language.id, trouble, null);
    if (language.isAvailable || language.troubles.length === 0) yield await examine(language, languages, engine);
  }
  if (!all.some(({ isAvailable }) => isAvailable)) {
    yield fail("languages", "No language is installed.", all[0]?.install ?? null);
  }
}

async function examine(
  { id, name, hello, versions, install }: Language,
  languages: LanguageRegistry,
  engine: Engine,
): Promise<Finding> {
  if (install !== null) return { check: id, verdict: "absent", reason: `${name} is not installed.`, remedy: install };
  const code = Buffer.from(hello);
  const execution = toExecution(
    { language: id, version: undefined, code, stdin: new Uint8Array(), args: [] },
    languages,
  );
  const { signal } = new AbortController();
  const { status, run, compile } = await engine.execute(execution, { signal });
  const said = Buffer.from(run?.stdout ?? [])
    .toString("utf8")
    .trim();
  if (status === "ok" && said === HELLO) {
    const ms = Math.ceil((compile?.wallMs ?? 0) + (run?.wallMs ?? 0));
    return pass(id, `${name} ${versions.join(", ")} says hello in ${ms} ms.`);
  }
  const message = (run ?? compile)?.message;
  return degraded(id, `${name} does not say hello: ${status}${message ? `, ${message}` : ""}.`, null);
}
