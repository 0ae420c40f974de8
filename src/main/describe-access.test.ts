import { expect, it } from "vitest";
import { describeAccess } from "./describe-access.ts";

const path = "/keys.json";

it.each([
  ["127.0.0.1", false, null, ""],
  ["::1", false, [], "Clients need an API key; there is none in /keys.json"],
  ["127.0.0.1", true, [1], "Everybody who reaches it may run programs (public)"],
  [
    "0.0.0.0",
    false,
    [1, 2],
    "Clients need an API key; there are 2 in /keys.json. Others can reach it on HOST, without encryption: put a proxy that speaks TLS before it",
  ],
  [
    "::",
    true,
    null,
    "Everybody who reaches it may run programs (public). Others can reach it on HOST, without encryption: put a proxy that speaks TLS before it",
  ],
] as const)("on %s, public %s, with the keys %j: %j", (host, isPublic, keys, text) => {
  expect(describeAccess({ host, public: isPublic }, { path, keys }).join(". ")).toBe(text.replace("HOST", host));
});
