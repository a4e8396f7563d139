import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pact, PactV3, SpecificationVersion, type V3Interaction } from '@pact-foundation/pact';
import { regex } from './matchers.ts';
import { type Interaction, type PactFile, pactFileName, pactsDirectory, pactText } from './pact-file.ts';

/** What a consumer expects: in which state, of which request, which answer. */
export interface Expectation extends Omit<V3Interaction, 'states' | 'uponReceiving'> {
  /** What happened before, by the names that consumers and providers share. */
  given?: NonNullable<V3Interaction['states']>;
  uponReceiving: string;
  /** What the whole body of the answer matches, where that is not JSON: a pattern without look-around. The body itself is an example. */
  bodyPattern?: string;
}

/** What a consumer expects of a message that does not come as an answer to it: what is inside of a token, say. */
export interface MessageExpectation {
  given: NonNullable<V3Interaction['states']>;
  expectsToReceive: string;
  content: Record<string, unknown>;
}

/** A pact that the tests of a consumer write. */
export interface PactInMaking {
  /**
   * Runs the consumer's own code against Pact's mock of the provider.
   *
   * @param call is given a `fetch` that brings every request to the mock, wherever it was meant to go: addresses in a pact are those of development, and no port is taken.
   * @throws Error where the consumer asks for something else than is expected, or not at all.
   */
  verify(expectation: Expectation, call: (fetchFromMock: typeof fetch) => Promise<void>): Promise<void>;
  /** Runs the consumer's own code on an example of a message. */
  verifyMessage<Content>(expectation: MessageExpectation, handle: (example: Content) => Promise<void>): Promise<void>;
  /**
   * Compares the pact with the one in git, and puts it there where it is another. On CI (`CI`) nothing is written.
   *
   * @throws Error where they differ on CI, or where an expectation was not met.
   */
  keep(): void;
}

/** Begins the pact between two roles. Its interactions come from the tests of one file, in one process. */
export function definePact(consumer: string, provider: string): PactInMaking {
  const directory = mkdtempSync(join(tmpdir(), 'rolecall-pact-'));
  const interactions: Interaction[] = [];
  let expected = 0;

  /** A folder for each: what Pact finds in a file it merges, and an interaction that changed would be a conflict. */
  const next = () => {
    expected += 1;
    const dir = join(directory, String(expected));
    return { consumer, provider, dir, spec: SpecificationVersion.SPECIFICATION_VERSION_V4, logLevel: 'error' } as const;
  };

  const collect = ({ dir }: { dir: string }) => {
    const written = JSON.parse(readFileSync(join(dir, pactFileName(consumer, provider)), 'utf8')) as PactFile;
    interactions.push(...written.interactions);
  };

  return {
    verify: async ({ given = [], bodyPattern, ...expectation }, call) => {
      const options = next();
      const pact = new PactV3(options);
      pact.addInteraction({ ...expectation, states: given });
      const { method, path } = expectation.withRequest;
      // It wants the request again, and sets its headers twice if it gets them.
      if (bodyPattern !== undefined)
        pact.withResponseMatchingRules({ method, path }, { body: { path: '$', rules: [regex(bodyPattern, '')] } });
      await pact.executeTest(({ url }) => call(fetchAt(url)));
      collect(options);
    },
    verifyMessage: async <Content>(expectation: MessageExpectation, handle: (example: Content) => Promise<void>) => {
      const options = next();
      const message = new Pact(options).addAsynchronousInteraction();
      for (const { description, parameters } of expectation.given) message.given(description, parameters);
      await message
        .expectsToReceive(expectation.expectsToReceive, (builder) => builder.withJSONContent(expectation.content as never))
        .executeTest(({ contents }) => handle((contents as { content: Content }).content));
      collect(options);
    },
    keep: () => {
      rmSync(directory, { recursive: true, force: true });
      if (expected === 0) throw new Error('nothing was expected: the tests that do so were left out, and the pact is not kept');
      if (interactions.length < expected) throw new Error('not every expectation was met: the pact is not kept');
      const path = join(pactsDirectory(), pactFileName(consumer, provider));
      const text = pactText(consumer, provider, interactions);
      if (text === readIfThere(path)) return;
      if (process.env['CI'])
        throw new Error(
          `${pactFileName(consumer, provider)} is not what ${consumer} expects. Run "npx nx run-many -t contract-consumer" and commit packages/contracts/pacts.`,
        );
      writeFileSync(path, text);
    },
  };
}

function fetchAt(mock: string): typeof fetch {
  return (input, init) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input);
    return fetch(`${mock}${pathname}${search}`, init);
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
