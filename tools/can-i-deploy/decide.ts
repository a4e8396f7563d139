import { isDeepStrictEqual } from 'node:util';
import { nameOf, type PactFile, pactsOf } from '@rolecall/contract-testing/pact-file';
import type { DeployedVersions } from './versions.ts';

/** One thing that was looked at. */
export interface Finding {
  kind: 'fine' | 'unknown' | 'broken';
  text: string;
}

export interface Question {
  role: string;
  environment: string;
  /** All roles. */
  roles: readonly string[];
  /** Where the pacts are of the version that is to be deployed. */
  pactsDirectory: string;
  versions: Pick<DeployedVersions, 'commitOf' | 'pactsAt'>;
  /** Verifies this version of a provider against pacts. @returns whether it keeps them. */
  verify: (provider: string, pacts: ReadonlyMap<string, PactFile>) => Promise<boolean>;
}

/** May this version of a role be deployed beside what is there? One finding for each role on the other end of a contract. */
export async function decide(question: Question): Promise<Finding[]> {
  return [...(await asProvider(question)), ...(await asConsumer(question))];
}

/** It has to keep what the deployed version of each consumer relies on. */
async function asProvider({ role, environment, roles, pactsDirectory, versions, verify }: Question): Promise<Finding[]> {
  const findings: Finding[] = [];
  const promised = new Map<string, PactFile>();
  const consumers = new Set(pactsOf(role, pactsDirectory).map(({ consumer }) => consumer.name));
  for (const consumer of roles.filter((each) => each !== role)) {
    const commit = await versions.commitOf(consumer);
    if (commit === undefined) {
      if (consumers.has(consumer)) findings.push(unknown(consumer, environment));
      continue;
    }
    const pacts = await versions.pactsAt(commit);
    if (pacts.size === 0 && consumers.has(consumer)) findings.push(withoutPacts(consumer, environment));
    for (const [file, pact] of pacts) if (pact.consumer.name === consumer && pact.provider.name === role) promised.set(file, pact);
  }
  if (promised.size === 0) return findings;
  const asked = [...promised.values()].map(({ consumer }) => consumer.name).join(' and ');
  const kept = await verify(role, promised);
  const text = kept ? 'keeps' : 'does not keep';
  return [...findings, { kind: kept ? 'fine' : 'broken', text: `${role} ${text} the contracts with the deployed ${asked}` }];
}

/** Whatever it relies on, the deployed version of the provider has to have been verified against, word for word. */
async function asConsumer({ role, environment, roles, pactsDirectory, versions }: Question): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const provider of roles) {
    const pact = pactsOf(provider, pactsDirectory).find(({ consumer }) => consumer.name === role);
    if (pact === undefined) continue;
    const commit = await versions.commitOf(provider);
    if (commit === undefined) {
      findings.push(unknown(provider, environment));
      continue;
    }
    const verified = [...(await versions.pactsAt(commit)).values()]
      .filter((each) => each.consumer.name === role && each.provider.name === provider)
      .flatMap(({ interactions }) => interactions);
    const missing = pact.interactions.filter((own) => !verified.some((each) => isDeepStrictEqual(own, each)));
    const text =
      missing.length === 0
        ? `the deployed ${provider} was verified against all that ${role} relies on`
        : `the deployed ${provider} was never verified against:\n${missing.map((each) => `  - ${nameOf(each)}`).join('\n')}`;
    findings.push({ kind: missing.length === 0 ? 'fine' : 'broken', text });
  }
  return findings;
}

const unknown = (role: string, environment: string): Finding => ({
  kind: 'unknown',
  text: `which version of ${role} is in ${environment} is not known: there is no tag deployed/${environment}/${role}`,
});

/** What came before there were pacts relies on something all the same. */
const withoutPacts = (role: string, environment: string): Finding => ({
  kind: 'unknown',
  text: `what the deployed ${role} relies on is not known: at the tag deployed/${environment}/${role} there are no pacts`,
});
