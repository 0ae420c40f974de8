import { isIP } from "node:net";
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

/** The address of a NATS server, without a user or a password: those are settings of their own, which nothing prints. */
export const natsUrl: Kind<string> = {
  needs: "a nats:// or tls:// address, like nats://localhost:4222",
  placeholder: "address",
  schema: z.url({ protocol: /^(?:nats|tls)$/ }).refine((url) => !/[@?#]/.test(url)),
  fromText: (given) => given,
};

/** An address to listen on. */
export const listenAddress: Kind<string> = {
  needs: "an IP address of this machine, or localhost; 0.0.0.0 and :: are all of them",
  placeholder: "address",
  schema: z
    .string()
    .transform((host) => (host === "localhost" ? "127.0.0.1" : host))
    .refine((host) => isIP(host) !== 0),
  fromText: (given) => given,
};

/**
 * Several values of one kind: a list in a file, separated by commas elsewhere. None is an empty list.
 * @param many what they are called in "has to be a list of".
 */
export function listOf<Value>(kind: Kind<Value>, many: string): Kind<readonly Value[]> {
  return {
    needs: `a list of ${many}`,
    placeholder: `${kind.placeholder},…`,
    schema: z.array(kind.schema),
    fromText: (given) => given.split(",").map((one) => kind.fromText(one.trim())),
  };
}

/**
 * Several texts for each of some names: in a file like `{python: [a, b]}`, elsewhere like `python:a,python:b`.
 * @param many what they are called in "has to be".
 */
export function textsByName(many: string): Kind<Readonly<Record<string, readonly string[]>>> {
  const pair = /^([^:]+):([^:]+)$/;
  return {
    needs: many,
    placeholder: "name:text,…",
    schema: z.record(z.string(), z.array(z.string().min(1))),
    fromText(given) {
      const pairs = given.split(",").map((one) => pair.exec(one.trim()));
      if (pairs.includes(null)) return given;
      const byName: Record<string, string[]> = {};
      for (const [, name = "", value = ""] of pairs.filter((found) => found !== null))
        byName[name] = [...(byName[name] ?? []), value];
      return byName;
    },
  };
}

/** Where web pages come from, as browsers write it. */
export const origin: Kind<string> = {
  needs: "an origin like https://docs.example",
  placeholder: "origin",
  schema: z
    .string()
    .refine((given) => /^https?:\/\//.test(given) && URL.canParse(given) && new URL(given).origin === given),
  fromText: (given) => given,
};

/** The name of a host, as `Host` has it, without a port. */
export const hostName: Kind<string> = {
  needs: "a host's name like code.example, without a port",
  placeholder: "name",
  schema: z
    .string()
    .regex(/^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/),
  fromText: (given) => given,
};

/** An address, or a network of them. */
export const network: Kind<string> = {
  needs: "an address like 10.0.0.1 or a network like 10.0.0.0/8",
  placeholder: "network",
  schema: z.string().refine((given) => {
    const [address = "", bits, ...more] = given.split("/");
    const mostBits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    return (
      more.length === 0 && mostBits > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= mostBits))
    );
  }),
  fromText: (given) => given,
};
