const BUILT = './dist/resource-guard/src';

/** What can be imported from the packed guard. The rest is nobody's business but its own. */
const ENTRIES = { '.': 'fastify-plugin', './guard': 'guard', './connect': 'connect', './dpop/replays': 'dpop/replays' };

/** The manifest of the package that others install: JavaScript and its types, and nothing of this repository's that is not in it. */
export function packedManifest(workspace: Record<string, unknown>): Record<string, unknown> {
  const { name, version, type, license, description, peerDependencies, peerDependenciesMeta } = workspace;
  const dependencies = Object.entries(workspace['dependencies'] as Record<string, string>).filter(
    ([each]) => !each.startsWith('@rolecall/'),
  );
  return {
    name,
    version,
    // It is installed from its file: nothing is published by accident.
    private: true,
    type,
    license,
    description,
    engines: { node: '>=22' },
    exports: Object.fromEntries(
      Object.entries(ENTRIES).map(([entry, file]) => [entry, { types: `${BUILT}/${file}.d.ts`, default: `${BUILT}/${file}.js` }]),
    ),
    files: ['dist/**/*.js', 'dist/**/*.d.ts', 'examples'],
    dependencies: Object.fromEntries(dependencies),
    peerDependencies,
    peerDependenciesMeta,
  };
}
