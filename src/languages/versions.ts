import semver from "semver";

/** The version in a text as `major.minor.patch`, missing parts 0, like `1.97.0-nightly` too; null if there is none. */
export function normalizeVersion(text: string): string | null {
  return semver.coerce(text, { includePrerelease: true })?.version ?? null;
}

/** Sorts the highest version first; what comes before a release (`1.97.0-nightly`) comes after all releases. */
export function byVersionDescending(a: string, b: string): number {
  return Number(isPrerelease(a)) - Number(isPrerelease(b)) || semver.rcompare(a, b);
}

function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null;
}

/** Whether a text is a semver range, like `3`, `>=17 <22` or `^20.1`. */
export function isRange(text: string): boolean {
  return semver.validRange(text) !== null;
}

export function isInRange(version: string, range: string): boolean {
  return semver.satisfies(version, range);
}

export function majorOf(version: string): string {
  return String(semver.major(version));
}

export function minorOf(version: string): string {
  return String(semver.minor(version));
}
