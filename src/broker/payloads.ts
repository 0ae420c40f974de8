import type { ObjectStore } from "@nats-io/obj";
import { z } from "zod";
import { persist } from "./persist.ts";

/**
 * What no message of this protocol, or of a version that this process knows, can be. `newer` when one of a newer version
 * may be able to read it.
 */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
  readonly isNewer: boolean;

  constructor(message: string, options: { readonly isNewer?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.isNewer = options.isNewer ?? false;
  }
}

/** Of all messages. A process reads no message with a higher one. */
const VERSION = 1;

/** A body up to so many bytes is in the message itself: servers take a mebibyte by default, headers included. */
const MOST_INLINE_BYTES = 512 * 1024;

const envelope = z.union([
  z.object({ v: z.literal(VERSION), body: z.unknown() }),
  z.object({ v: z.literal(VERSION), payload: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/) }),
]);

/** Messages are made of what nobody may change any more, as well as of anything else. */
type Immutable<Value> = Value extends Uint8Array | string | number | boolean | null | undefined
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Immutable<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Immutable<Value[Key]> }
      : Value;

/** Values as messages: versioned JSON, checked on both sides; a long one goes to the object store, its name into the message. */
export interface Payloads {
  /** @param name of the object, should it need one: unique, letters, digits, `-` and `_`. */
  pack<Schema extends z.ZodType>(schema: Schema, value: Immutable<z.output<Schema>>, name: string): Promise<Uint8Array>;
  /** @throws {UnreadableMessage} */
  unpack<Schema extends z.ZodType>(schema: Schema, data: Uint8Array): Promise<z.output<Schema>>;
}

export function createPayloads(objects: ObjectStore): Payloads {
  async function bodyOf(message: z.output<typeof envelope>): Promise<unknown> {
    if ("body" in message) return message.body;
    const { payload } = message;
    const bytes = await persist(() => objects.getBlob(payload));
    if (bytes === null) throw new UnreadableMessage(`there is no payload ${payload}`);
    return parseJson(bytes);
  }

  return {
    async pack(schema, value, name) {
      const body = JSON.stringify(z.encode(schema, value as z.output<typeof schema>));
      if (body.length <= MOST_INLINE_BYTES) return Buffer.from(`{"v":${VERSION},"body":${body}}`);
      await persist(() => objects.putBlob({ name }, Buffer.from(body)));
      return Buffer.from(JSON.stringify({ v: VERSION, payload: name }));
    },

    async unpack(schema, data) {
      const message = parseJson(data);
      refuseNewer(message);
      const opened = envelope.safeParse(message);
      if (!opened.success) throw new UnreadableMessage("it is no message of ours", { cause: opened.error });
      const found = z.safeDecode(schema, (await bodyOf(opened.data)) as z.input<typeof schema>);
      if (!found.success) throw new UnreadableMessage("its body is not what it should be", { cause: found.error });
      return found.data;
    },
  };
}

function parseJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8"));
  } catch (cause) {
    throw new UnreadableMessage("it is not JSON", { cause });
  }
}

function refuseNewer(message: unknown): void {
  if (typeof message !== "object" || message === null || !("v" in message)) return;
  const { v } = message;
  if (typeof v === "number" && v > VERSION)
    throw new UnreadableMessage(`it has version ${v}; the highest that is known here is ${VERSION}`, { isNewer: true });
}
