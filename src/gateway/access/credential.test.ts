import { describe, expect, it } from "vitest";
import { readCredential } from "./credential.ts";

function read(...rawHeaders: string[]) {
  const headers: Record<string, string> = {};
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers[rawHeaders[at]?.toLowerCase() ?? ""] ??= rawHeaders[at + 1] ?? "";
  return readCredential({ headers, rawHeaders });
}

describe("readCredential", () => {
  it.each([
    [["Authorization", "Bearer mr_1"]],
    [["authorization", "bearer  mr_1"]],
    [["X-Api-Key", "mr_1"]],
    [["Authorization", "Bearer mr_1", "X-Api-Key", "mr_1"]],
    [["Authorization", "Basic dTpw", "X-Api-Key", "mr_1"]],
  ])("finds the key in %j", (headers) => {
    expect(read(...headers)).toEqual({ kind: "key", key: "mr_1" });
  });

  it.each([[[]], [["Authorization", "Basic dTpw"]], [["Authorization", ""]], [["Accept", "Bearer mr_1"]]])(
    "finds none in %j",
    (headers) => {
      expect(read(...headers)).toEqual({ kind: "none" });
    },
  );

  it.each([
    [["Authorization", "Bearer"]],
    [["Authorization", "Bearer mr_1 mr_2"]],
    [["Authorization", "Bearer mr_1", "AUTHORIZATION", "Bearer mr_1"]],
    [["X-Api-Key", "mr_1", "x-api-key", "mr_1"]],
    [["Authorization", "Bearer mr_1", "X-Api-Key", "mr_2"]],
  ])("does not guess which is meant in %j", (headers) => {
    expect(read(...headers)).toMatchObject({ kind: "unclear" });
  });
});
