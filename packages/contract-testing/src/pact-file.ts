import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One request and the answer to it that a consumer relies on, or one message, as a pact has it (version 4 of its specification). */
export interface Interaction {
  type: string;
  description: string;
  providerStates?: { name: string; params?: Record<string, unknown> }[];
  [member: string]: unknown;
}

/** All that one consumer expects of one provider. */
export interface PactFile {
  consumer: { name: string };
  provider: { name: string };
  interactions: Interaction[];
  metadata: Record<string, unknown>;
}

/** Where the pacts are: those in git, unless `PACTS_DIR` names others (those of a deployed version, say). */
export const pactsDirectory = (): string => process.env['PACTS_DIR'] ?? fileURLToPath(new URL('../../contracts/pacts/', import.meta.url));

/** The name of a pact's file. */
export const pactFileName = (consumer: string, provider: string): string => `${consumer}-${provider}.json`;

/** The pacts that a provider has to keep, in the order of their names. */
export function pactsOf(provider: string, directory = pactsDirectory()): PactFile[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as PactFile)
    .filter((pact) => pact.provider.name === provider);
}

/** An interaction's name, for people: no two of a pact have the same. */
export function nameOf({ description, providerStates = [] }: Interaction): string {
  return providerStates.length === 0 ? description : `${description}, given ${providerStates.map(({ name }) => name).join(' and ')}`;
}

/**
 * A pact as the text that is kept in git: the same interactions make the same text, byte for byte, whichever version of Pact wrote them and in whatever
 * order they came.
 *
 * @throws Error where two interactions have the same name.
 */
export function pactText(consumer: string, provider: string, interactions: readonly Interaction[]): string {
  const sorted = [...interactions].sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const twice = sorted.find((interaction, index) => index > 0 && nameOf(sorted[index - 1] as Interaction) === nameOf(interaction));
  if (twice !== undefined) throw new Error(`there are two interactions with the name "${nameOf(twice)}"`);
  const pact: PactFile = {
    consumer: { name: consumer },
    provider: { name: provider },
    interactions: sorted,
    metadata: { pactSpecification: { version: '4.0' } },
  };
  return `${JSON.stringify(pact, null, 2)}\n`;
}
