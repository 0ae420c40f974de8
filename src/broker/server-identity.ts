import { isIP } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";

/** What Node asks the certificate for where the client gives no name; the NATS client gives none for an address. */
const UNNAMED = "localhost";

/**
 * Makes what checks whose certificate a server has: of one that is given by its address, the certificate has to be for the
 * address of one of the servers; of any other, for its name.
 * @param servers like `tls://10.0.0.1:4222`.
 */
export function createIdentityCheck(
  servers: readonly string[],
): (host: string, certificate: PeerCertificate) => Error | undefined {
  const hosts = servers.map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, "$1"));
  const unnamed = hosts.filter((host) => isIP(host) !== 0 || host === UNNAMED);
  return (host, certificate) => {
    const wanted = host === UNNAMED && unnamed.length > 0 ? unnamed : [host];
    const faults = wanted.map((name) => checkServerIdentity(name, certificate));
    return faults.includes(undefined) ? undefined : faults[0];
  };
}
