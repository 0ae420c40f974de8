import type { Progress } from "../domain/progress.ts";
import { SAMPLE_NODE } from "../domain/sample-execution.test-support.ts";
import { createEmbeddedEvents } from "./embedded-events.ts";
import { describeEvents } from "./events-conformance.test-support.ts";

describeEvents("embedded", async () => {
  const forever = new Promise<never>(() => undefined);
  const events = createEmbeddedEvents({ whenDone: () => forever });
  return {
    events,
    begin: async (id, over) => events.progressOf(id, SAMPLE_NODE, over) as Progress,
    close: async () => events.close(),
  };
});
