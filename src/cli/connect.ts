import type { Command } from "commander";
import type { Client } from "../client/client.ts";
import { readSettings } from "./setting-flags.ts";
import { UsageError } from "./usage-error.ts";

/** The client for the server that a command is about. @throws {UsageError} when nobody said which. */
export async function connect(command: Command): Promise<Client> {
  const { url, key } = readSettings(command).config;
  if (url === null) throw new UsageError("--url has to say which server");
  const { createClient } = await import("../client/client.ts");
  return createClient({ url, key });
}
