import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readIgnoreRules } from '../images/build-context.ts';
import { parseDockerfile } from '../images/dockerfile.ts';

describe('a Dockerfile', () => {
  it('is stages of instructions', () => {
    const text = `# why
FROM node:24 AS build
RUN npm ci \\
  --omit=dev

FROM node:24
COPY --from=build /app ./
CMD ["node", "a b.ts"]`;
    expect(parseDockerfile(text)).toEqual([
      {
        base: 'node:24',
        name: 'build',
        instructions: [{ name: 'RUN', flags: {}, value: expect.stringMatching(/^npm ci\s+--omit=dev$/) as string }],
      },
      {
        base: 'node:24',
        name: '',
        instructions: [
          { name: 'COPY', flags: { from: 'build' }, value: '/app ./' },
          { name: 'CMD', flags: {}, value: ['node', 'a b.ts'] },
        ],
      },
    ]);
  });

  it.each(['COPY . .', 'FROM node:24 AS a b', 'FROM --platform=x node:24', 'FROM node:24\nnonsense'])(
    'is refused when it is not understood: %j',
    (text) => {
      expect(() => parseDockerfile(text)).toThrow();
    },
  );
});

it('sends the builder nothing that holds secrets, data or tests', async () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const isSent = await readIgnoreRules(root);
  const sent = ['package.json', 'tools/package.json', 'apps/sample-client/src/main.ts', 'apps/resource-server/prisma/schema.prisma'];
  const kept = [
    '.git/config',
    '.env',
    'apps/x/.env.local',
    '.data/db',
    'node_modules/a/b',
    'apps/x/node_modules/a',
    'apps/x/src/generated/c.ts',
  ];
  for (const file of sent) expect(isSent(`${root}${file}`), file).toBe(true);
  for (const file of [...kept, 'tools/dev.ts', 'apps/x/test/a.test.ts', 'packages/x/test-support/y.ts'])
    expect(isSent(`${root}${file}`), file).toBe(false);
});
