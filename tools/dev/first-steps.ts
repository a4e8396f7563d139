import type { developmentSeeds } from '@rolecall/authorization-server/seeds';
import type { Addresses, RoleName } from '../ecosystem/roles.ts';

/** What to try first, with the roles that are ours. */
export function firstSteps(addresses: Addresses, ours: (role: RoleName) => boolean, seeds: ReturnType<typeof developmentSeeds>): string[] {
  const { client } = addresses;
  const steps: string[] = [];
  if (ours('sample-client')) {
    const user = ours('authorization-server') ? `as ${seeds.users[0]?.username}` : 'as somebody whom it knows';
    // The lessons are taken with the seeded users and clients.
    const lessons = ours('authorization-server') && ours('resource-server') ? ', and attacks that fail' : '';
    steps.push(`Open ${client}, log in ${user}, allow what is asked for, and add a note.`);
    steps.push(`Open ${client}/playground and see what goes over the wire${lessons}.`);
  }
  const service = seeds.clients.find((each) => each.grantTypes.includes('client_credentials') && each.secret !== undefined);
  const token =
    ours('authorization-server') && service?.secret !== undefined
      ? ['', tokenCommand(addresses, service.id, service.secret, service.scopes[0] ?? '')]
      : [];
  if (token.length > 0) steps.push('Get an access token as a program does that acts for itself:');
  return steps.length === 0 ? [] : ['', '  Try first', ...steps.map((step, index) => `    ${index + 1}. ${step}`), ...token];
}

/** A line that can be copied into a shell as it is. */
function tokenCommand({ issuer, resource }: Addresses, id: string, secret: string, scope: string): string {
  return `curl -s ${issuer}/token -u ${id}:${secret} -d grant_type=client_credentials -d scope=${scope} -d resource=${resource}`;
}
