import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { systemClock } from "../domain/clock.ts";
import { type Delivering, describeDelivery } from "../gateway/delivery-conformance.test-support.ts";
import { createEmbeddedQueue } from "../queue/embedded/embedded-queue.ts";
import { createEmbeddedStore } from "../store/embedded/embedded-store.ts";
import { openScratchFile } from "../store/embedded/scratch-store.test-support.ts";

const directory = mkdtempSync(join(tmpdir(), "millrace-delivery-"));
const paths = new WeakMap<object, string>();
let files = 0;

afterAll(() => rmSync(directory, { recursive: true }));

function open(path: string): Delivering {
  const queue = createEmbeddedQueue({ capacity: 1_000, clock: systemClock });
  const store = createEmbeddedStore({
    clock: systemClock,
    openFile: () => openScratchFile({ path }),
    onTrouble: (error) => {
      throw error;
    },
  });
  store.open();
  paths.set(store, path);
  return { queue, store };
}

describeDelivery(
  "embedded queue and store",
  async () => {
    files += 1;
    return open(join(directory, `${files}.sqlite`));
  },
  async ({ queue, store }) => {
    await Promise.all([queue.close(), store.close()]);
    return open(paths.get(store) ?? "");
  },
);
