import { developmentSeeds } from '@rolecall/authorization-server/seeds';
import type { Addresses } from '../ecosystem/roles.ts';

/** What a newcomer needs once everything runs: where it is, who may log in, which clients there are and what to try first. */
export function banner(addresses: Addresses, storage: string): string {
  const { issuer, resource, client } = addresses;
  const seeds = developmentSeeds({ clientBaseUrl: client, resource });
  const service = seeds.clients.find((each) => each.grantTypes.includes('client_credentials') && each.secret !== undefined);
  const sections = [
    rule,
    '  Rolecall runs.',
    '',
    ...columns([
      ['sample client', client, 'start here'],
      ['authorization server', issuer, `${issuer}/.well-known/oauth-authorization-server`],
      ['resource server', resource, 'the notes API'],
    ]),
    '',
    '  Users',
    ...columns(seeds.users.map((user) => [user.username, `password ${user.password}`])),
    '',
    '  Clients, their secrets and what they are',
    ...columns(seeds.clients.map((each) => [each.id, each.secret ?? 'no secret', each.purpose])),
    '',
    '  Try first',
    `    1. Open ${client}, log in as ${seeds.users[0]?.username}, allow what is asked for, and add a note.`,
    `    2. Open ${client}/playground and see what goes over the wire, and attacks that fail.`,
    '    3. Get an access token as a program does that acts for itself:',
    '',
    ...(service?.secret === undefined ? [] : [tokenCommand(addresses, service.id, service.secret, service.scopes[0] ?? '')]),
    '',
    `  ${storage}`,
    '  Ctrl-C stops everything.',
    rule,
    '',
  ];
  return `${sections.join('\n')}\n`;
}

const rule = '─'.repeat(78);

/** A line that can be copied into a shell as it is. */
function tokenCommand({ issuer, resource }: Addresses, id: string, secret: string, scope: string): string {
  return `curl -s ${issuer}/token -u ${id}:${secret} -d grant_type=client_credentials -d scope=${scope} -d resource=${resource}`;
}

function columns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)), []);
  return rows.map((row) => `    ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('   ')}`.trimEnd());
}
