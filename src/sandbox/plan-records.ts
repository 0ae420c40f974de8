import type { BoxPlan, PlanEntry } from "./box-plan.ts";
import { bootEnv, type WarmStart, zygotesOf } from "./warm-start.ts";
import { writeU64 } from "./wire.ts";

const KIND = {
  lanes: 1,
  hostname: 2,
  memory: 3,
  dir: 10,
  file: 11,
  link: 12,
  device: 13,
  tree: 14,
  bind: 15,
  hostDevice: 16,
  store: 20,
  proc: 21,
  maskFile: 22,
  maskDir: 23,
  readOnly: 24,
  sysctl: 25,
  rlimit: 30,
  filter: 31,
  zygote: 40,
} as const;

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => void bytes.writeUInt32LE(value, 4 * index));
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  writeU64(bytes, value, 0);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(value, "utf8");
}

function sizedText(value: string): Buffer {
  const bytes = text(value);
  return Buffer.concat([u32(bytes.length), bytes]);
}

function record(kind: number, ...data: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const header = Buffer.alloc(6);
  header.writeUInt16LE(kind, 0);
  header.writeUInt32LE(body.length, 2);
  return Buffer.concat([header, body]);
}

function encodeEntry(entry: PlanEntry): Buffer {
  switch (entry.kind) {
    case "dir":
      return record(KIND.dir, u32(entry.mode), text(entry.path));
    case "file":
      return record(KIND.file, u32(entry.mode), sizedText(entry.path), entry.content);
    case "link":
      return record(KIND.link, sizedText(entry.path), text(entry.target));
    case "device":
      return record(KIND.device, u32(entry.mode, entry.major, entry.minor), text(entry.path));
    case "hostDevice":
      return record(KIND.hostDevice, u32(entry.major, entry.minor), sizedText(entry.path), text(entry.source));
    case "tree":
    case "bind":
      return record(KIND[entry.kind], sizedText(entry.path), text(entry.source));
    case "store":
      return record(KIND.store, u32(entry.mode, entry.owner), sizedText(entry.path), text(entry.name));
    case "sysctl":
      return record(KIND.sysctl, sizedText(entry.path), text(entry.value));
    case "proc":
    case "maskFile":
    case "maskDir":
    case "readOnly":
      return record(KIND[entry.kind], text(entry.path));
  }
}

function strings(values: readonly string[]): Buffer {
  return Buffer.concat([u32(values.length), ...values.map(sizedText)]);
}

function encodeZygote(start: WarmStart): Buffer {
  const env = Object.entries(bootEnv(start)).map(([name, value]) => `${name}=${value}`);
  return record(KIND.zygote, sizedText(start.executable), strings(start.argv), strings(env));
}

/** A plan as the payload of `DEFINE`. */
export function encodePlan(plan: BoxPlan): Buffer {
  return Buffer.concat([
    record(KIND.lanes, u32(plan.lanes)),
    record(KIND.hostname, text(plan.hostname)),
    record(KIND.memory, u64(plan.memoryBytes)),
    ...plan.entries.map(encodeEntry),
    ...plan.rlimits.map(({ resource, value }) => record(KIND.rlimit, u32(resource, 0), u64(value))),
    record(KIND.filter, plan.filter),
    ...zygotesOf(plan.warmStarts).map(encodeZygote),
  ]);
}
