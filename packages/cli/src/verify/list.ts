import { requirements } from '@rolecall/contracts/requirements/catalogue';
import { authorizationServerSuite } from '@rolecall/verifier/authorization-server/suite';
import { clientSuite } from '@rolecall/verifier/client/suite';
import { resourceServerSuite } from '@rolecall/verifier/resource-server/suite';
import { sectionsOf } from '@rolecall/verifier/reporters/words';
import type { RoleName } from '../commands/verify.ts';

/** What a role's suite tells of itself. */
interface Suite {
  checks: readonly { ids: readonly string[]; title: string }[];
  unseen: Readonly<Record<string, string>>;
}

const suites: Record<RoleName, Suite> = {
  'authorization-server': authorizationServerSuite,
  'resource-server': resourceServerSuite,
  client: clientSuite,
};

/** Writes the requirements of these roles: what is tried for each, or why nothing is. */
export function listRequirements(roles: readonly RoleName[]): void {
  for (const role of roles) process.stdout.write(listOf(role.replace('-', ' '), suites[role]));
}

function listOf(role: string, { checks, unseen }: Suite): string {
  const own = requirements.filter((each) => each.role === role);
  return sectionsOf(own)
    .flatMap(({ name, title, results }) => [
      `${name}  ${title}`,
      ...results.flatMap(({ id, level, profiles, requirement }) => {
        const titles = checks.filter(({ ids }) => ids.includes(id)).map((check) => check.title);
        const tried = titles.length > 0 ? `tried: ${titles.join('; ')}` : `not tried: ${unseen[id] ?? 'there is no check for it yet'}`;
        return [`  ${id}  ${requirement} (${[level, ...profiles].join(', ')})`, `      ${tried}`];
      }),
      '',
    ])
    .join('\n');
}
