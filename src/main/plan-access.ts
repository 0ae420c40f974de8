import type { Config } from "../config/settings.ts";
import type { ClientLimits } from "../domain/client-limits.ts";
import { systemClock } from "../domain/clock.ts";
import { createKeyRing, type KeyRing } from "../gateway/access/key-ring.ts";
import type { GatewayOptions } from "../gateway/gateway.ts";

const UNLIMITED: ClientLimits = { ratePerMinute: null, concurrency: null };

/** No keys yet; whether clients need one depends on who can reach the server. */
export function createKeys({ host, public: isPublic }: Pick<Config, "host" | "public">): KeyRing {
  if (isPublic) return createKeyRing({ need: "never" });
  return createKeyRing({ need: isLoopback(host) ? "if-configured" : "always" });
}

/** Who may use the server, and how much, as the settings say. */
export function planAccess(config: Config, keys: KeyRing): Pick<GatewayOptions, "access" | "network"> {
  const { publicRate, publicConcurrency } = config;
  return {
    access: {
      keys,
      isPublic: config.public,
      keyLimits: { ratePerMinute: null, concurrency: shareOf(config) },
      anonymousLimits: config.public ? { ratePerMinute: publicRate, concurrency: publicConcurrency } : UNLIMITED,
      allowedOrigins: config.allowOrigin,
      allowedHosts: config.allowHost,
      clock: systemClock,
    },
    network: { trustedProxies: config.trustProxy, connectionsPerNetwork: config.connectionsPerAddress },
  };
}

/** Whether this machine alone can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "::1" || host.startsWith("127.");
}

/** What one key may have under way when nobody says otherwise: half of the queue stays for the others, whatever it does. */
function shareOf({ slots, queue }: Pick<Config, "slots" | "queue">): number {
  return slots + Math.ceil(queue / 2);
}
