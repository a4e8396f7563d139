/** The one of a document's paths that an address belongs to: the one that is written so, else the one whose parameters fit. */
export function routeOf(paths: readonly string[], path: string): string {
  const fits = (each: string) => new RegExp(`^${each.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  return (paths.includes(path) ? path : paths.find(fits)) ?? path;
}

/**
 * The paths of a Fastify application, as a document writes them, from what `printRoutes({ commonPrefix: false })` prints: a tree,
 * whose lines are parts of paths, each four characters further in than the one that it goes on from.
 */
export function pathsOf(printed: string): string[] {
  const parts: string[] = [];
  const paths = new Set<string>();
  for (const line of printed.split('\n')) {
    const found = /^([│ └├─]*)(\S*) \(([A-Z, ]+)\)$/u.exec(line) ?? /^([│ └├─]*)(\S+)()$/u.exec(line);
    if (found === null) continue;
    const [, indent = '', part = '', methods = ''] = found;
    parts.length = Math.max(0, indent.length / 4 - 1);
    parts.push(part);
    if (methods !== '') paths.add(parts.join('').replaceAll(/:(\w+)/g, '{$1}'));
  }
  return [...paths].sort();
}
