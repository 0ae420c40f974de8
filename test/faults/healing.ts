import { expect } from "vitest";
import { post } from "../support/client.ts";
import { becomesReady, type RunningServer } from "../support/server.ts";
import { eventually, until } from "../support/until.ts";

/** The next run works; at the latest after its client was told to come again. */
export async function expectHello(server: RunningServer): Promise<void> {
  await eventually("an execution is taken", async () => {
    const answer = await post(server, { language: "python", code: "print(6*7)" });
    const body = (await answer.json()) as { code?: unknown };
    if (answer.status === 200) return expect(body).toMatchObject({ status: "ok", run: { stdout: "42\n" } });
    expect([answer.status, answer.headers.get("retry-after"), body.code]).toEqual([503, "1", "no_worker"]);
    return null;
  });
}

/** A server that goes on takes executions and has nothing left of any that ended. */
export async function expectCalm(server: RunningServer): Promise<void> {
  await becomesReady(server);
  expect(await until(server.instance.unrest)).toEqual([]);
}

/** A server that has ended has left nothing on the host. */
export async function expectNothingLeft({ instance }: RunningServer): Promise<void> {
  expect(await until(instance.remains)).toEqual([]);
}
