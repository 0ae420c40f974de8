import { expect, test } from "vitest";
import { flagOf, SETTING_NAMES, settingOf, variableOf } from "./settings.ts";

test("a name in several words has a flag and a variable as people write them", () => {
  expect(flagOf("logLevel")).toBe("--log-level");
  expect(variableOf("logLevel")).toBe("MILLRACE_LOG_LEVEL");
});

test.each(SETTING_NAMES)("the default of %s is right itself", (name) => {
  const { kind, fallback } = settingOf(name);
  const value = fallback();
  if (value !== null) expect(kind.schema.parse(value)).toEqual(value);
});
