import { expect, test } from "vitest";
import { type LanguageEntry, languagesResponseSchema } from "../../src/protocol/languages-response.ts";
import { runPython } from "../support/client.ts";
import { type RunningServer, startServer } from "../support/server.ts";
import { eventually } from "../support/until.ts";

const MIB = 1024 * 1024;

async function findPython({ url }: RunningServer): Promise<LanguageEntry> {
  const answer = await fetch(`${url}/v1/languages`);
  const { languages } = languagesResponseSchema.parse(await answer.json());
  const python = languages.find(({ id }) => id === "python");
  if (python === undefined) throw new Error("There is no Python");
  return python;
}

async function withServer(warmMemoryMib: number, act: (server: RunningServer) => Promise<void>): Promise<void> {
  const server = await startServer({ slots: 2, flags: ["--warm-memory", String(warmMemoryMib)] });
  try {
    await act(server);
  } finally {
    await server.stop();
  }
}

test("what stands ready is measured, and stays within its memory", async () => {
  await withServer(64, async (server) => {
    expect((await findPython(server)).warmMemoryBytes).toBe(0);
    await eventually("a run is warm", async () => (await runPython(server, "print(1)")).warm);
    const { warmMemoryBytes } = await eventually("one stands ready again", async () => {
      const python = await findPython(server);
      return python.warmProcesses > 0 && python;
    });
    // A Python that has booted has written to a few megabytes, as has the zygote that it was born of.
    expect(warmMemoryBytes).toBeGreaterThan(2 * MIB);
    expect(warmMemoryBytes).toBeLessThanOrEqual(64 * MIB);
  });
});

test("a language that takes more than there is keeps nothing ready, and its runs are cold and do not wait", async () => {
  await withServer(1, async (server) => {
    await runPython(server, "print(1)");
    await eventually("the first one was measured", () => server.output().includes("takes more memory than there is"));
    await eventually("nothing of it is left", () => server.instance.zygotes().length === 0);
    for (let count = 0; count < 3; count++)
      expect(await runPython(server, "print(1)")).toMatchObject({ status: "ok", warm: false });
    expect(await findPython(server)).toMatchObject({ warm: true, warmProcesses: 0, warmMemoryBytes: 0 });
    expect(server.instance.zygotes()).toEqual([]);
  });
});
