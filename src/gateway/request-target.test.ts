import { expect, test } from "vitest";
import { toPath } from "./request-target.ts";

test.each([
  ["/healthz", "/healthz"],
  ["/lang/c?arg=http://x/y", "/lang/c?arg=http://x/y"],
  ["//healthz", "//healthz"],
  ["http://localhost:8080/lang/c?arg=1", "/lang/c?arg=1"],
  ["HTTP://localhost", "/"],
  ["http://localhost?stdin=1", "/?stdin=1"],
  ["*", "/*"],
  ["localhost:80", "/localhost:80"],
  ["", "/"],
])("%s asks for %s", (target, path) => {
  expect(toPath(target)).toBe(path);
});
