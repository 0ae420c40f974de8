import { createHash, randomBytes } from "node:crypto";

/**
 * 160 random bits: nobody guesses one, whatever the number of attempts. That is also why its SHA-256 is enough at rest. A
 * slow hash makes guessing expensive where people choose secrets; here there is nothing to guess, and each request would pay.
 */
const RANDOM_BYTES = 20;

const PATTERN = /^mr_[0-9a-f]{40}$/;

/** A new API key, like `mr_` and 40 hexadecimal digits. The prefix lets people and secret scanners recognise one. */
export function makeApiKey(): string {
  return `mr_${randomBytes(RANDOM_BYTES).toString("hex")}`;
}

export function isApiKey(text: string): boolean {
  return PATTERN.test(text);
}

/** What is kept of a key: its SHA-256, 64 hexadecimal digits. */
export function hashApiKey(key: string): string {
  return createHash("sha256").update(key, "latin1").digest("hex");
}
