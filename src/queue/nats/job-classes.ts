import type { Broker } from "../../broker/broker.ts";
import { classOf, ensureConsumer, type JobClass, type Layout } from "../../broker/layout.ts";
import { type Payloads, UnreadableMessage } from "../../broker/payloads.ts";
import { persist } from "../../broker/persist.ts";
import { classSchema } from "../../broker/wire.ts";
import { PRIORITIES } from "../../domain/execution.ts";
import type { Requirement } from "../../domain/requirement.ts";

/** The classes of jobs that there are, and what each requires: gateways make them, workers hear of them. */
export interface JobClasses {
  /** Makes the class, unless it is there. @returns its name. */
  ensure(requires: readonly Requirement[]): Promise<JobClass>;
  /** All that are known so far. */
  list(): ReadonlyMap<JobClass, readonly Requirement[]>;
  close(): void;
}

/** @param options.onClass hears of every class, those of others too, soon after it was made. */
export async function createJobClasses(options: {
  readonly broker: Broker;
  readonly layout: Pick<Layout, "classes">;
  readonly payloads: Payloads;
  readonly onClass: (jobClass: JobClass, requires: readonly Requirement[]) => void;
}): Promise<JobClasses> {
  const { broker, layout, payloads, onClass } = options;
  const known = new Map<JobClass, readonly Requirement[]>();
  const ensured = new Map<JobClass, Promise<void>>();

  function learn(jobClass: JobClass, requires: readonly Requirement[]): void {
    if (known.has(jobClass)) return;
    known.set(jobClass, requires);
    onClass(jobClass, requires);
  }

  async function make(jobClass: JobClass, requires: readonly Requirement[]): Promise<void> {
    for (const priority of PRIORITIES) await persist(() => ensureConsumer(broker, jobClass, priority));
    const data = await payloads.pack(classSchema, { requires }, jobClass);
    await persist(() => layout.classes.put(jobClass, data));
    learn(jobClass, requires);
  }

  const watch = await layout.classes.watch();
  void (async () => {
    for await (const { key, value, operation } of watch) {
      if (operation !== "PUT") continue;
      try {
        const { requires } = await payloads.unpack(classSchema, value);
        learn(key, requires);
      } catch (error) {
        // A class of a newer version is for newer workers.
        if (!(error instanceof UnreadableMessage)) throw error;
      }
    }
  })();

  return {
    async ensure(requires) {
      const jobClass = classOf(requires);
      let making = ensured.get(jobClass);
      if (making === undefined) {
        making = make(jobClass, requires);
        ensured.set(jobClass, making);
        making.catch(() => ensured.delete(jobClass));
      }
      await making;
      return jobClass;
    },
    list: () => known,
    close: () => watch.stop(),
  };
}
