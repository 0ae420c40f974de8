import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Prints which tests passed at their second try only and how the first one failed, why each skipped test was skipped, and last of all one plain line: `N passed, N failed`, with `, N skipped`
 * when there are any. A file that cannot be loaded and a suite whose hook fails count as one failure each. A run in
 * which no test ran fails.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state: string) => tests.filter((test) => test.result().state === state);
    const passed = inState("passed").length;
    const suites = [...modules, ...modules.flatMap((module) => [...module.children.allSuites()])];
    const broken = suites.filter((suite) => suite.errors().length > 0);
    const failed = inState("failed").length + broken.length + unhandledErrors.length;
    const skipped = inState("skipped");

    for (const test of tests.filter((one) => one.diagnostic()?.flaky)) {
      console.log(`passed at the second try: ${nameOf(test)}`);
      for (const { message, diff } of test.result().errors ?? []) console.log(`${message}\n${diff ?? ""}`.trim());
    }
    printSkips(skipped);
    const counts = [`${passed} passed`, `${failed} failed`];
    if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
    console.log(counts.join(", "));
    if (failed > 0 || passed === 0) process.exitCode = 1;
  }
}

/** One line for each reason: many tests may share it. */
function printSkips(skipped: readonly TestCase[]): void {
  const names = new Map<string, string[]>();
  for (const test of skipped) {
    const result = test.result();
    const reason = (result.state === "skipped" && result.note) || "no reason given";
    names.set(reason, [...(names.get(reason) ?? []), nameOf(test)]);
  }
  for (const [reason, tests] of names) {
    console.log(`skipped: ${reason} (${tests.length})`);
    for (const name of tests) console.log(`  ${name}`);
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}
