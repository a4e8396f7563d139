import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Verifier } from '@pact-foundation/pact';
import { type Interaction, nameOf, type PactFile, pactFileName, pactText } from './pact-file.ts';
import { verifyQuietly } from './quietly.ts';
import { type Mutation, openWire } from './wire.ts';

verifyQuietly();

/** What makes the states of a contract happen, by name, and answers the values that exist only then. */
export type StateHandlers = Record<string, (parameters: unknown) => Promise<Record<string, string> | void>>;

/** A provider that runs, alone, for its contracts. */
export interface Provider {
  /** Where it is now. */
  url(): string;
  states: StateHandlers;
  /** What makes the messages of contracts, by description: what is inside of something that the provider has signed, say. */
  messages?: Record<string, () => Promise<unknown>>;
  /** Forgets what the states of one interaction brought about that another one must not meet. */
  reset?: () => Promise<void>;
  close(): Promise<void>;
}

/** A change of what a provider says, as if it had been made with it. */
export interface Change {
  /** Of its answers. */
  mutate?: Mutation;
  /** Of its messages. */
  mutateMessage?: (message: never) => unknown;
}

/** What came of one interaction. */
export interface Verified {
  name: string;
  /** What was not as it should be; empty where all was. */
  mismatches: string[];
}

/** What Pact's library reports. */
interface VerifierReport {
  interactionResults: {
    description: string;
    providerStates: string[];
    result: 'OK' | 'Error';
    mismatch?: { mismatches?: { mismatch?: string }[] };
  }[];
}

/**
 * Verifies a provider against a pact, or some interactions of it.
 *
 * @throws Error where a state cannot be had, or there is no answer that could be changed: then nothing is known of the interaction.
 */
export async function verify(provider: Provider, pact: PactFile, change: Change = {}): Promise<Verified[]> {
  const { interactions } = pact;
  const unknown = interactions.flatMap(({ providerStates = [] }) => providerStates).filter(({ name }) => !(name in provider.states));
  if (unknown.length > 0) throw new Error(`the provider knows no state "${unknown[0]?.name}"`);
  const directory = await mkdtemp(join(tmpdir(), 'rolecall-verify-'));
  const file = join(directory, pactFileName(pact.consumer.name, pact.provider.name));
  await writeFile(file, pactText(pact.consumer.name, pact.provider.name, interactions));
  const failures: Error[] = [];
  const wire = await openWire(provider.url, change.mutate, (error) => failures.push(error));
  try {
    const verifier = new Verifier({
      providerBaseUrl: wire.url,
      pactUrls: [file],
      // A redirect is an answer like any other.
      followRedirects: false,
      logLevel: 'error',
      stateHandlers: noted(provider.states, failures),
      messageProviders: changed(provider.messages ?? {}, change, failures),
      requestFilter: asForm,
      ...(provider.reset && { beforeEach: provider.reset }),
    });
    const report = await verifier.verifyProvider().catch((error: Error) => error.message);
    if (failures[0] !== undefined) throw failures[0];
    return read(report, interactions);
  } finally {
    await wire.close();
    await rm(directory, { recursive: true });
  }
}

/** Pact only prints what goes wrong in a state, and goes on without it. */
function noted(states: StateHandlers, failures: Error[]) {
  return Object.fromEntries(
    Object.entries(states).map(([name, handle]) => [
      name,
      async (parameters: unknown) => {
        try {
          return (await handle(parameters)) ?? {};
        } catch (cause) {
          failures.push(new Error(`the state "${name}" cannot be had: ${(cause as Error).message}`, { cause }));
          return {};
        }
      },
    ]),
  );
}

function changed(messages: NonNullable<Provider['messages']>, { mutateMessage = (message) => message }: Change, failures: Error[]) {
  return Object.fromEntries(
    Object.entries(messages).map(([description, make]) => [
      description,
      async () => {
        try {
          return mutateMessage((await make()) as never) as object;
        } catch (cause) {
          failures.push(new Error(`the message "${description}" cannot be made: ${(cause as Error).message}`, { cause }));
          return {};
        }
      },
    ]),
  );
}

/** Pact reads a form, and would pass it on as JSON. */
function asForm(request: { headers: IncomingHttpHeaders; body: unknown }, _response: unknown, next: () => void): void {
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    const form = Buffer.from(new URLSearchParams(request.body as Record<string, string>).toString());
    request.body = form;
    request.headers['content-length'] = String(form.length);
  }
  next();
}

function read(report: unknown, interactions: readonly Interaction[]): Verified[] {
  const { interactionResults } = parseReport(report);
  return interactions.map((interaction) => {
    const name = nameOf(interaction);
    const found = interactionResults.find(
      ({ description, providerStates }) =>
        name === nameOf({ type: '', description, providerStates: providerStates.map((state) => ({ name: state })) }),
    );
    if (found === undefined) return { name, mismatches: ['it was not verified'] };
    if (found.result === 'OK') return { name, mismatches: [] };
    const said = found.mismatch?.mismatches?.flatMap(({ mismatch }) => mismatch ?? []) ?? [];
    return { name, mismatches: said.length > 0 ? said : [JSON.stringify(found.mismatch)] };
  });
}

function parseReport(report: unknown): VerifierReport {
  if (typeof report !== 'string') return report as VerifierReport;
  try {
    return JSON.parse(report) as VerifierReport;
  } catch {
    throw new Error(`the verifier did not come to its end: ${report}`);
  }
}
