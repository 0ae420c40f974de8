import { describe, expect, it } from "vitest";
import { createSharedWork } from "./shared-work.ts";

function makeWork() {
  const work = createSharedWork<string>();
  const begun: { readonly signal: AbortSignal; readonly end: (result: string) => void; readonly fail: () => void }[] =
    [];
  const join = (key: string, controller = new AbortController()) =>
    work.join(key, {
      signal: controller.signal,
      onAbort: () => "left",
      begin(signal) {
        const { promise, resolve, reject } = Promise.withResolvers<string>();
        begun.push({ signal, end: resolve, fail: () => reject(new Error("failed")) });
        return promise;
      },
    });
  return { join, begun };
}

describe("shared work", () => {
  it("is done once for all who want it at the same time", async () => {
    const { join, begun } = makeWork();
    const both = Promise.all([join("a"), join("a")]);
    expect(begun).toHaveLength(1);
    begun[0]?.end("result");
    expect(await both).toEqual(["result", "result"]);
  });

  it("is another one under another key, and after the end", async () => {
    const { join, begun } = makeWork();
    const first = join("a");
    void join("b");
    begun[0]?.end("result");
    await first;
    void join("a");
    expect(begun).toHaveLength(3);
  });

  it("goes on when one of two leaves", async () => {
    const { join, begun } = makeWork();
    const leaving = new AbortController();
    const [first, second] = [join("a", leaving), join("a")];
    leaving.abort();
    expect(await first).toBe("left");
    expect(begun[0]?.signal.aborted).toBe(false);
    begun[0]?.end("result");
    expect(await second).toBe("result");
  });

  it("is aborted when everyone has left, and nobody joins it any more", async () => {
    const { join, begun } = makeWork();
    const leaving = new AbortController();
    const both = [join("a", leaving), join("a", leaving)];
    leaving.abort();
    expect(await Promise.all(both)).toEqual(["left", "left"]);
    expect(begun[0]?.signal.aborted).toBe(true);
    const next = join("a");
    begun[0]?.end("late");
    begun[1]?.end("new");
    expect(await next).toBe("new");
  });

  it("is not begun for who has left before", async () => {
    const { join, begun } = makeWork();
    expect(await join("a", abortedController())).toBe("left");
    expect(begun).toEqual([]);
  });

  it("fails for all, and may then be tried again", async () => {
    const { join, begun } = makeWork();
    const both = Promise.allSettled([join("a"), join("a")]);
    begun[0]?.fail();
    expect((await both).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    void join("a");
    expect(begun).toHaveLength(2);
  });
});

function abortedController(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}
