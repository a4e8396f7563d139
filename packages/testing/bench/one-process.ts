import type { RoleName } from '../src/start-ecosystem.ts';

// Reports the milliseconds that it takes to have an ecosystem: since this process began, then once more, then for a token.
const roles = process.argv.slice(2) as RoleName[];
const options = roles.length > 0 ? { roles } : {};

const { startEcosystem } = await import('../src/start-ecosystem.ts');
const first = await startEcosystem(options);
const milliseconds = { first: Math.round(performance.now()), again: 0, token: 0 };
await first.close();

let begun = performance.now();
const again = await startEcosystem(options);
milliseconds.again = Math.round(performance.now() - begun);
begun = performance.now();
await again.tokenFor('alice');
milliseconds.token = Math.round(performance.now() - begun);
await again.close();
process.stdout.write(JSON.stringify(milliseconds));
