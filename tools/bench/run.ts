import { writeFile } from 'node:fs/promises';
import { compareAuthorizationServers } from './compare-authorization-servers.ts';
import { compareGuards, guardTable } from './guard/compare.ts';
import { readOptions } from './options.ts';
import { canPin } from './processes.ts';
import { say } from './say.ts';

// Compares our authorization server with oidc-provider, and our guard with @fastify/jwt, each in one run on this machine.
const options = readOptions(process.argv.slice(2));

// Whoever breaks off leaves nothing behind: stores that were started here end with this process, and so do the servers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

const show = (text: string) => process.stdout.write(`${text}\n\n`);
if (!canPin) show('The processes could not be bound to cores: they took turns on all of them.');
const { results, text } = options.operations.length > 0 ? await compareAuthorizationServers(options) : { results: [], text: undefined };
if (text !== undefined) show(text);
const guards = options.guard ? await compareGuards(options, say) : [];
if (options.guard) show(guardTable(guards));
if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify({ options, results, guards }, undefined, 2)}\n`);
if (options.assert && [...results, ...guards].some(({ missed }) => missed.length > 0)) process.exitCode = 1;
