const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * The path and query that a request asks for. Besides them a request line may have a whole URL, which a server has to take
 * (RFC 9112, 3.2.2); anything else names nothing here, but has to look like a path to be answered like one.
 */
export function toPath(target: string): string {
  const rest = target.replace(ABSOLUTE, "");
  return rest.startsWith("/") ? rest : `/${rest}`;
}
