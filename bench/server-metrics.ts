/** What a server's metrics said at one moment. */
export interface MetricsReading {
  /** The value with these labels; 0 when there is none yet. */
  value(name: string, labels: Readonly<Record<string, string>>): number;
}

/** Reads `/metrics` of a server of this machine. */
export async function readMetrics(port: number): Promise<MetricsReading> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  const values = new Map<string, number>();
  for (const line of (await answer.text()).split("\n")) {
    const [, series, value] = /^([a-z_]+\{[^}]*\}) (\S+)$/.exec(line) ?? [];
    if (series !== undefined) values.set(series, Number(value));
  }
  return {
    value(name, labels) {
      const written = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      return values.get(`${name}{${written.join(",")}}`) ?? 0;
    },
  };
}
