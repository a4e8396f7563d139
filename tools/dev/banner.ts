import { developmentSeeds } from '@rolecall/authorization-server/seeds';
import type { Addresses, RoleName } from '../ecosystem/roles.ts';
import type { State } from './elsewhere.ts';
import { firstSteps } from './first-steps.ts';
import { whatOthersMustKnow } from './what-others-must-know.ts';

export interface BannerFacts {
  addresses: Addresses;
  /** Where what lasts is kept, in a sentence. */
  storage: string;
  /** The roles that are not started. */
  without?: ReadonlySet<RoleName>;
  /** Those of them that are somebody else's, and how they were found. */
  elsewhere?: ReadonlyMap<RoleName, State>;
  /** As whom our roles are known at an authorization server that is somebody else's. */
  environment?: NodeJS.ProcessEnv;
}

/** What a newcomer needs once everything runs: where it is, who may log in, which clients there are and what to try first. */
export function banner({ addresses, storage, without = new Set(), elsewhere = new Map(), environment = {} }: BannerFacts): string {
  const { issuer, resource, client } = addresses;
  const seeds = developmentSeeds({ clientBaseUrl: client, resource });
  const ours = (role: RoleName): boolean => !without.has(role);
  const row = (role: RoleName, address: string, what: string): string[] => {
    const state = elsewhere.get(role);
    const name = role.replace('-', ' ');
    if (state !== undefined) return [name, address, `somebody else's; ${state.fits ? 'it is there' : state.problem}`];
    return ours(role) ? [name, address, what] : [name, '', 'left out'];
  };
  const sections = [
    rule,
    without.size === 0 ? '  Rolecall runs.' : `  Rolecall runs, without ${[...without].join(' and ')}.`,
    '',
    ...columns([
      row('sample-client', client, 'start here'),
      row('authorization-server', issuer, `${issuer}/.well-known/oauth-authorization-server`),
      row('resource-server', resource, 'the notes API'),
    ]),
    ...(ours('authorization-server')
      ? [
          '',
          '  Users',
          ...columns(seeds.users.map((user) => [user.username, `password ${user.password}`])),
          '',
          '  Clients, their secrets and what they are',
          ...columns(seeds.clients.map((each) => [each.id, each.secret ?? 'no secret', each.purpose])),
        ]
      : []),
    ...whatOthersMustKnow(addresses, { without, elsewhere: new Set(elsewhere.keys()) }, environment).flatMap(({ title, facts }) => [
      '',
      `  ${title}`,
      ...columns(facts),
    ]),
    ...firstSteps(addresses, ours, seeds),
    ...(elsewhere.size === 0 ? [] : ['', '  What does not fit, and how to mend it:', '', doctorCommand(addresses, without, elsewhere)]),
    '',
    `  ${storage}`,
    '  Ctrl-C stops everything.',
    rule,
    '',
  ];
  return `${sections.join('\n')}\n`;
}

const rule = '─'.repeat(78);

/** What is left out altogether cannot be looked at. */
function doctorCommand(
  { issuer, resource, client }: Addresses,
  without: ReadonlySet<RoleName>,
  elsewhere: ReadonlyMap<RoleName, State>,
): string {
  const absent = [...without].filter((role) => !elsewhere.has(role));
  const leftOut = absent.length === 0 ? '' : ` --without ${absent.join(',')}`;
  return `npx rolecall doctor --issuer ${issuer} --resource ${resource} --client ${client}${leftOut}`;
}

function columns(rows: string[][]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)), []);
  return rows.map((row) => `    ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('   ')}`.trimEnd());
}
