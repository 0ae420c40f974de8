import { Counter, Gauge, type Registry } from "prom-client";

/** Adds a gauge whose value is read whenever somebody asks for the metrics. */
export function addPolledGauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** Adds a counter that somebody else keeps. */
export function addPolledCounter(registry: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    name,
    help,
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}
