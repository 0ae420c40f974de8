import { isIPv4 } from "node:net";
import { z } from "zod";

/** A kind of value that settings may have. */
export interface Kind<Value> {
  /** What is right, to follow "has to be" in a message. */
  readonly needs: string;
  /** What stands for the value in help, like `number`; null for a flag that takes none. */
  readonly placeholder: string | null;
  /** Checks what a configuration file says, and makes the value of it. */
  readonly schema: z.ZodType<Value>;
  /** What a configuration file would say for the text of a variable or a flag. */
  readonly fromText: (text: string) => unknown;
}

/** A whole number, both ends included. */
export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    needs: `a whole number from ${least} to ${most}`,
    placeholder: "number",
    schema: z.int().min(least).max(most),
    fromText: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text),
  };
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words): Kind<Words[number]> {
  return {
    needs: `one of ${words.join(", ")}`,
    placeholder: "word",
    schema: z.enum(words) as unknown as z.ZodType<Words[number]>,
    fromText: (text) => text,
  };
}

/** Yes or no. Its flag takes no value: `--name` is yes, `--no-name` is no. */
export const toggle: Kind<boolean> = {
  needs: "true or false",
  placeholder: null,
  schema: z.boolean(),
  fromText: (text) => (text === "true" ? true : text === "false" ? false : text),
};

/** Any text but the empty one. */
export function text(placeholder: string): Kind<string> {
  return { needs: "a text that is not empty", placeholder, schema: z.string().min(1), fromText: (given) => given };
}

/** The address of a Millrace server, without a path's last slash. */
export const serverUrl: Kind<string> = {
  needs: "an http:// or https:// address, like http://localhost:8080",
  placeholder: "address",
  schema: z
    .url({ protocol: /^https?$/ })
    .refine((url) => !/[?#@]/.test(url))
    .transform((url) => url.replace(/\/+$/, "")),
  fromText: (given) => given,
};

/** An address of this machine's own, which no other machine can reach. */
export const loopbackAddress: Kind<string> = {
  needs: "a loopback address (127.0.0.1, ::1 or localhost): there is no authentication yet",
  placeholder: "address",
  schema: z
    .string()
    .transform((host) => (host === "localhost" ? "127.0.0.1" : host))
    .refine((host) => host === "::1" || (isIPv4(host) && host.startsWith("127."))),
  fromText: (given) => given,
};
