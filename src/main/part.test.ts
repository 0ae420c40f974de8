import { describe, expect, it } from "vitest";
import { closeInReverse } from "./part.ts";

function recorder() {
  const closed: string[] = [];
  const part = (name: string, close: () => Promise<void> = () => Promise.resolve()) => ({
    name,
    close: async () => {
      closed.push(name);
      await close();
    },
  });
  return { closed, part };
}

describe("closeInReverse", () => {
  it("closes the last part first, and waits for it", async () => {
    const { closed, part } = recorder();
    const gateway = Promise.withResolvers<void>();
    const done = closeInReverse([part("sandbox"), part("queue"), part("gateway", () => gateway.promise)], 60_000);
    expect(closed).toEqual(["gateway"]);
    gateway.resolve();
    await done;
    expect(closed).toEqual(["gateway", "queue", "sandbox"]);
  });

  it("closes the others when one fails or takes too long, and tells all failures", async () => {
    const { closed, part } = recorder();
    const failure = new Error("it broke");
    const parts = [
      part("sandbox"),
      part("queue", () => Promise.reject(failure)),
      part("gateway", () => Promise.withResolvers<void>().promise),
    ];
    const error = await closeInReverse(parts, 5).catch((reason: unknown) => reason);
    expect(closed).toEqual(["gateway", "queue", "sandbox"]);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).errors).toEqual([new Error("gateway did not close within 5 ms"), failure]);
    expect((error as AggregateError).message).toContain("it broke");
  });
});
