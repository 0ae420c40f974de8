import { expect, test } from "vitest";
import { languagesResponseSchema } from "../../../src/protocol/languages-response.ts";
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

    const json = await millrace(["languages", "--json"], { env: { MILLRACE_URL: server.url } });
    expect(languagesResponseSchema.parse(JSON.parse(json.stdout)).languages.map(({ id }) => id)).toContain("python");
    expect(await millrace(["languages", "--json"])).toEqual(json);
  } finally {
    await server.stop();
  }
});
