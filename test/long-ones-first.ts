import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Those that take longest, so that none of them is left over for the end, when nothing runs beside it any more. One that mostly
 * waits stands beside one that mostly computes.
 */
const FIRST = [
  "test/cluster/deaths.test.ts",
  "test/differential/differential.test.ts",
  "test/integration/access/slow-clients.test.ts",
  "test/fuzz/http.test.ts",
  "test/security/api-cases.test.ts",
  "test/conformance/conformance.test.ts",
  "test/native/sessions.test.ts",
  "test/cluster/dead-jobs.test.ts",
];

/** The long ones first; all others as Vitest has them. */
export class LongOnesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const place = FIRST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return place === -1 ? FIRST.length : place;
    };
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
