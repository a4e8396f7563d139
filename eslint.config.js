import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Which kind of project may import which: apps never import apps, contracts import nothing of ours but what runs their tests. */
const boundaries = [
  { sourceTag: 'kind:contracts', onlyDependOnLibsWithTags: ['kind:test-support'] },
  { sourceTag: 'kind:platform', onlyDependOnLibsWithTags: ['kind:platform', 'kind:test-support'] },
  { sourceTag: 'kind:test-support', onlyDependOnLibsWithTags: ['kind:test-support'] },
  { sourceTag: 'kind:guard', onlyDependOnLibsWithTags: ['kind:contracts', 'kind:platform', 'kind:test-support'] },
  { sourceTag: 'kind:lab', onlyDependOnLibsWithTags: ['kind:platform', 'kind:test-support'] },
  { sourceTag: 'kind:app', onlyDependOnLibsWithTags: ['kind:contracts', 'kind:platform', 'kind:guard', 'kind:lab', 'kind:test-support'] },
  // Looks at roles from outside, by the catalogue; its tests start them.
  { sourceTag: 'kind:verifier', onlyDependOnLibsWithTags: ['kind:contracts', 'kind:lab', 'kind:testing', 'kind:test-support'] },
  // The test kit starts the roles themselves, in the process of whoever tests against them.
  {
    sourceTag: 'kind:testing',
    onlyDependOnLibsWithTags: ['kind:app', 'kind:lab', 'kind:platform', 'kind:guard', 'kind:test-support'],
  },
  // npm start prints what the authorization server seeds, npm run conformance reads the requirements.
  {
    sourceTag: 'kind:tools',
    onlyDependOnLibsWithTags: [
      'kind:app',
      'kind:testing',
      'kind:verifier',
      'kind:platform',
      'kind:guard',
      'kind:lab',
      'kind:contracts',
      'kind:test-support',
    ],
  },
];

export default tseslint.config(
  { ignores: ['**/node_modules', '**/generated', '**/.nx', '**/.data', '**/reports', '**/dist'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    // The scripts of pages: TypeScript checks them, with what a browser has.
    files: ['apps/*/src/*/browser/*.js'],
    rules: { 'no-undef': 'off', eqeqeq: 'error', 'no-console': 'error' },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$', ignoreRestSiblings: true }],
      // What is read in a function before it is assigned cannot be a constant.
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    // Examples are projects of somebody else's: they name what they use as whoever copies them has to.
    ignores: ['packages/*/examples/**'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { depConstraints: boundaries, banTransitiveDependencies: false, allow: ['^.*/vitest\\.config\\.ts$'] },
      ],
    },
  },
  {
    // Run as they are, by Node.
    files: ['**/examples/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
  {
    // Features know the stores' interfaces, never an adapter: app.ts alone wires.
    files: ['apps/*/src/**/*.ts'],
    ignores: [
      'apps/*/src/app.ts',
      'apps/*/src/main.ts',
      'apps/*/src/start.ts',
      'apps/*/src/migrate.ts',
      'apps/*/src/create-admin.ts',
      'apps/*/src/stores/**',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['**/stores/postgres/**', '**/stores/open-stores*', '**/generated/**', '@prisma/*', 'ioredis', 'pg'],
              message: 'Import stores/types.ts: only app.ts and main.ts know the adapters.',
            },
            {
              group: ['@rolecall/contracts/requirements/**'],
              message: 'What a role has to do is for tests, tools and verifiers; nothing that runs looks it up.',
            },
          ],
        },
      ],
    },
  },
  prettier,
);
