import { expect, test } from "vitest";
import { type LanguageEntry, languagesResponseSchema } from "../../../src/protocol/languages-response.ts";
import { millrace } from "../../support/cli.ts";
import { startServer } from "../../support/server.ts";

test("the languages of this host, and those of a server on it, are the same", async () => {
  const server = await startServer({ slots: 1 });
  try {
    const here = await millrace(["languages"], { isRoot: false });
    const there = await millrace(["languages", "--url", server.url]);
    expect(here).toMatchObject({ status: 0, stderr: "" });
    expect(here.stdout).toMatch(/^LANGUAGE +NAME +VERSIONS /);
    expect(here.stdout).toMatch(/^python +Python +3\.\d+\.\d+/m);
    expect(there).toEqual(here);

    const languages = await listJson({ MILLRACE_URL: server.url });
    expect(languages.map(({ id }) => id)).toContain("python");
    // Only a server has processes that are started ahead.
    expect(await listJson()).toEqual(languages.map((language) => ({ ...language, warm: false })));
  } finally {
    await server.stop();
  }
});

async function listJson(env: Record<string, string> = {}): Promise<readonly LanguageEntry[]> {
  const { stdout } = await millrace(["languages", "--json"], { env });
  return languagesResponseSchema.parse(JSON.parse(stdout)).languages;
}
