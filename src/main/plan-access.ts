import { systemClock } from "../domain/clock.ts";
import { createKeyRing } from "../gateway/access/key-ring.ts";
import type { GatewayOptions } from "../gateway/gateway.ts";

const UNLIMITED = { ratePerMinute: null, concurrency: null };

/** Who may use a server that only this machine reaches: everybody on it, but no web page of another origin. */
export function planAccess(): Pick<GatewayOptions, "access" | "network"> {
  return {
    access: {
      keys: createKeyRing({ need: "if-configured" }),
      keyLimits: UNLIMITED,
      anonymousLimits: UNLIMITED,
      allowedOrigins: [],
      allowedHosts: [],
      clock: systemClock,
    },
    network: { trustedProxies: [], connectionsPerNetwork: 512 },
  };
}
