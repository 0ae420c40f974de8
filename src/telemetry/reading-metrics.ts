import { Gauge, type Registry } from "prom-client";
import { addPolledCounter, addPolledGauge } from "./polled.ts";
import { BOX_STATES, type Readings } from "./readings.ts";

/** Metrics that are read from the parts of the server whenever somebody asks. */
export function addReadings(registry: Registry, readings: Readings): void {
  const gauge = (name: string, help: string, read: () => number) => addPolledGauge(registry, name, help, read);
  const counter = (name: string, help: string, read: () => number) => addPolledCounter(registry, name, help, read);

  gauge("millrace_ready", "1 while programs can be run, else 0.", () => Number(readings.isReady()));
  gauge("millrace_queue_jobs", "Jobs that wait for a slot.", readings.queuedJobs);
  gauge("millrace_queue_oldest_job_seconds", "How long the oldest waiting job has waited.", () => {
    return readings.oldestJobMs() / 1000;
  });
  counter("millrace_queue_redeliveries_total", "Jobs that came to this node again.", readings.redeliveries);
  gauge("millrace_nodes", "Nodes that were heard of in the last seconds, this one included.", readings.nodes);
  gauge("millrace_isolation_reduced", "1 where a line of the boxes is not to be had, else 0.", () =>
    Number(readings.isReduced()),
  );
  gauge("millrace_webhooks_waiting", "Results that are to be delivered to a web hook.", readings.waitingWebhooks);
  gauge("millrace_slots", "Programs that may run at once.", readings.slots);
  gauge("millrace_slots_used", "Slots with an execution in them.", readings.usedSlots);
  counter("millrace_boxes_failed_total", "Boxes that could not be made.", readings.failedBoxes);
  counter("millrace_launchers_lost_total", "Launchers that were lost, and replaced.", readings.lostLaunchers);
  new Gauge({
    name: "millrace_boxes",
    help: "Living boxes: being made, standing ready, in use, or being removed.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      const boxes = readings.boxes();
      for (const state of BOX_STATES) this.set({ state }, boxes[state]);
    },
  });
  new Gauge({
    name: "millrace_warm_processes",
    help: "Processes that were booted ahead and stand ready for a program.",
    labelNames: ["language"],
    registers: [registry],
    collect() {
      for (const [language, count] of Object.entries(readings.warmProcesses())) this.set({ language }, count);
    },
  });
  new Gauge({
    name: "millrace_warm_memory_bytes",
    help: "Memory that they hold, compilers and what gives birth to them included.",
    labelNames: ["language"],
    registers: [registry],
    collect() {
      for (const [language, bytes] of Object.entries(readings.warmMemoryBytes())) this.set({ language }, bytes);
    },
  });
}
