import { rename } from 'node:fs/promises';
import { MANIFEST, WORKSPACE_MANIFEST } from './places.ts';

// After `npm pack`: the manifest of this repository comes back to its place.
await rename(WORKSPACE_MANIFEST, MANIFEST);
