type Version = [major: number, minor: number, patch: number];

/** @throws Error where it is no version, or one of those that come before a release. */
function parse(version: string): Version {
  const found = /^(\d+)\.(\d+)\.(\d+)$/.exec(version);
  if (found === null) throw new Error(`${version} is no version such as 1.2.3`);
  return found.slice(1).map(Number) as Version;
}

/** Does the step from one version to another say that something breaks? A new major version does; before 1.0.0 a new minor one too (semver §4, §8). */
export function announcesBreakage(from: string, to: string): boolean {
  const [old, current] = [parse(from), parse(to)];
  if (current[0] !== old[0]) return current[0] > old[0];
  return old[0] === 0 && current[1] > old[1];
}

export function isNewer(from: string, to: string): boolean {
  const [old, current] = [parse(from), parse(to)];
  const index = old.findIndex((part, place) => part !== current[place]);
  return index !== -1 && (current[index] as number) > (old[index] as number);
}
