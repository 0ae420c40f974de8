import { z } from "zod";
import { MOST_CLIENT_LIMITS } from "../../domain/client-limits.ts";

/** What names a key: it stands in logs and commands. */
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const KEY_NAME_RULE = "1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first";

export function isKeyName(text: string): boolean {
  return KEY_NAME.test(text);
}

const apiKeySchema = z.strictObject({
  name: z.string().regex(KEY_NAME, KEY_NAME_RULE),
  /** Of the whole key, prefix included; 64 hexadecimal digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits in lower case"),
  createdAt: z.iso.datetime(),
  /** Absent where the server's own limits hold. */
  ratePerMinute: z.int().min(1).max(MOST_CLIENT_LIMITS.ratePerMinute).optional(),
  concurrency: z.int().min(1).max(MOST_CLIENT_LIMITS.concurrency).optional(),
});

const keysFileSchema = z
  .strictObject({ keys: z.array(apiKeySchema) })
  .refine(({ keys }) => new Set(keys.map(({ name }) => name)).size === keys.length, "two keys have the same name")
  .refine(({ keys }) => new Set(keys.map(({ sha256 }) => sha256)).size === keys.length, "two names have the same key");

/** A key as the keys file has it: never the key itself. */
export type ApiKey = z.infer<typeof apiKeySchema>;

/**
 * Reads the text of a keys file.
 * @throws {Error} when it is not what {@link formatKeysFile} would write; the message says where.
 */
export function parseKeysFile(text: string): readonly ApiKey[] {
  const parsed = keysFileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.keys;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".");
  throw new Error(where ? `${where}: ${issue?.message}` : (issue?.message ?? "it is not valid"));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("it is not JSON", { cause });
  }
}

export function formatKeysFile(keys: readonly ApiKey[]): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
