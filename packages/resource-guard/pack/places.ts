import { fileURLToPath } from 'node:url';

export const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
export const MANIFEST = fileURLToPath(new URL('../package.json', import.meta.url));
export const DIST = fileURLToPath(new URL('../dist', import.meta.url));
/** Where the manifest of this repository is while the other one is in its place. */
export const WORKSPACE_MANIFEST = fileURLToPath(new URL('../dist/workspace-package.json', import.meta.url));
