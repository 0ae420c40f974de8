import { expect, test } from "vitest";
import { describeConformance } from "./describe-conformance.ts";
import { readLanguages } from "./read-programs.ts";

test("docs/conformance.md says what is tested", async () => {
  await expect(describeConformance(readLanguages())).toMatchFileSnapshot("../../docs/conformance.md");
});
