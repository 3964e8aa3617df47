import { defineConfig } from 'oxlint';
import type { OxlintOverride } from 'oxlint';

interface Part {
  readonly folder: string;
  readonly knows: readonly string[];
}

/**
 * Which part may know which: the arrows of docs/architecture.md. A folder imports itself and what is named in `knows`,
 * nothing else of ours.
 */
const lib: Part = { folder: 'seed/state/lib', knows: [] };
const parts: readonly Part[] = [
  lib,
  { folder: 'seed/state/lint', knows: ['seed/state/lib'] },
  { folder: 'src/core', knows: ['seed/state/lib'] },
  { folder: 'src/skills', knows: ['seed/state/lib', 'src/core'] },
  { folder: 'src/hook', knows: ['seed/state/lib', 'src/core', 'src/skills'] },
  { folder: 'src/wiring', knows: ['seed/state/lib', 'src/core'] },
  { folder: 'src/runtimes', knows: ['seed/state/lib', 'src/core', 'src/skills', 'src/wiring'] },
  {
    folder: 'src/install',
    knows: ['seed/state/lib', 'src/core', 'src/skills', 'src/hook', 'src/wiring', 'src/runtimes'],
  },
  { folder: 'src/loop', knows: ['seed/state/lib', 'src/core', 'src/skills'] },
  { folder: 'src/sync', knows: ['seed/state/lib', 'src/core', 'src/skills', 'src/loop'] },
  { folder: 'src/gateway', knows: ['seed/state/lib', 'src/core', 'src/sync'] },
  {
    folder: 'src/tree',
    knows: [
      'seed/state/lib',
      'seed/state/lint',
      'src/core',
      'src/loop',
      'src/skills',
      'src/hook',
      'src/wiring',
      'src/runtimes',
      'src/install',
    ],
  },
];
const folders = [...parts.map((part) => part.folder), 'src/cli'];

interface ImportBan {
  readonly regex: string;
  readonly message: string;
}

const packagesInSeed: ImportBan = {
  regex: '^[^.][^:]*$',
  message: 'What lies in a tree runs with no npm: Node built-ins only.',
};
const promptsOutsideCli: ImportBan = {
  regex: '^(commander|@clack/)',
  message: 'Only src/cli talks to a person.',
};
const nodeInWebStandard: ImportBan = {
  regex: '^node:',
  message: 'Parsing and lint rules also run in browsers and Workers: nothing of Node here (see tsconfig.web.json).',
};

// Our own imports are relative, so a part is known by its folder's last name: `../cli/x.ts`, `../../src/cli/x.ts`.
function bansOf(part: Part): ImportBan[] {
  const unknown = folders.filter((folder) => folder !== part.folder && !part.knows.includes(folder));
  return unknown.map((folder) => ({
    regex: `^(\\.\\./)+(.*/)?${folder.split('/').at(-1)}/`,
    message: `${part.folder} may not know ${folder}: see "Which part may know which" in docs/architecture.md.`,
  }));
}

// A later entry for the same file replaces this rule whole, so each entry lists every ban that holds for its files.
function override(files: string[], bans: ImportBan[]): OxlintOverride {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: bans }] } };
}

const boundaries = parts.flatMap((part) => [
  override(
    [`${part.folder}/**/*.ts`],
    [...bansOf(part), part.folder.startsWith('seed/') ? packagesInSeed : promptsOutsideCli],
  ),
  override([`${part.folder}/**/*.test.ts`], bansOf(part)),
]);

// The same list as `include` in tsconfig.web.json.
const webStandard = [
  'bundled-skills',
  'common-words',
  'finding',
  'frontmatter',
  'markdown',
  'rubric',
  'skill',
  'skill-phrases',
  'skill-rules*',
  'yaml*',
];
const webStandardFiles: OxlintOverride = {
  ...override(
    webStandard.map((name) => `${lib.folder}/${name}.ts`),
    [...bansOf(lib), packagesInSeed, nodeInWebStandard],
  ),
  excludeFiles: ['**/*.test.ts'],
};
// The three-way merge will also run where a gateway does.
const core: Part = parts.find(({ folder }) => folder === 'src/core') ?? lib;
const webStandardMerge: OxlintOverride = {
  ...override(['src/core/merge/*.ts'], [...bansOf(core), promptsOutsideCli, nodeInWebStandard]),
  excludeFiles: ['**/*.test.ts', 'src/core/merge/test-loaders.ts'],
};

// What a client and a gateway share, and the gateway's app, which runs on Node and in Workers: adapters alone know which.
const webStandardGateway: OxlintOverride[] = ['src/sync/wire', 'src/gateway'].map((folder) => {
  const part = parts.find((row) => folder.startsWith(row.folder)) ?? lib;
  const files = override([`${folder}/**/*.ts`], [...bansOf(part), promptsOutsideCli, nodeInWebStandard]);
  return { ...files, excludeFiles: ['**/*.test.ts', '**/test-*.ts', 'src/gateway/adapters/**'] };
});

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { typeAware: true, reportUnusedDisableDirectives: 'error', denyWarnings: true },
  ignorePatterns: ['dist/**', '.toolchain/**', 'my-snappy/**', '**/node_modules/**'],
  rules: {
    // Sizes: CONTRIBUTING.md.
    'max-lines': ['error', { max: 400 }],
    'max-lines-per-function': ['error', { max: 60 }],
    complexity: ['error', { max: 20 }],
    'max-depth': ['error', { max: 4 }],
    'max-params': ['error', { max: 5 }],

    'no-console': 'error',
    'no-param-reassign': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    eqeqeq: 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'import/extensions': ['error', 'always', { ignorePackages: true }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'typescript/only-throw-error': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/no-abusive-eslint-disable': 'error',
    'vitest/valid-expect': ['error', { maxArgs: 2 }],
    'vitest/no-disabled-tests': 'error',
    'vitest/no-focused-tests': 'error',
    'vitest/expect-expect': ['error', { assertFunctionNames: ['expect*', 'assert*', 'fc.assert'] }],

    // Steps of one job run one after the other on purpose.
    'no-await-in-loop': 'off',
    // `fc.string()` reads better than thirty imported names.
    'import/no-named-as-default-member': 'off',
    'import/no-named-as-default': 'off',
    // Input is hostile text: control characters and code points are handled on purpose.
    'no-control-regex': 'off',
    'typescript/no-misused-spread': 'off',
    // The compiler checks returns; and `isTTY` is undefined where Node's types say boolean.
    'typescript/consistent-return': 'off',
    'typescript/no-unnecessary-boolean-literal-compare': 'off',
    // A narrowing `as` after a check that the compiler cannot follow is allowed; `any` and `!` are not.
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/prefer-set-has': 'off',
    'oxc/no-map-spread': 'off',
  },
  overrides: [
    {
      files: ['src/**/*.ts', 'seed/**/*.ts'],
      rules: {
        'no-restricted-properties': [
          'error',
          {
            object: 'process',
            property: 'exit',
            message: 'Set process.exitCode: an exit here cuts off what is still being written.',
          },
        ],
      },
    },
    {
      files: ['src/{core,skills,hook,loop,runtimes,sync,gateway,tree}/**/*.ts'],
      rules: {
        'no-restricted-properties': [
          'error',
          ...['exit', 'exitCode', 'stdout', 'stderr'].map((property) => ({
            object: 'process',
            property,
            message: 'Only src/cli prints and exits: return data or throw a SnappyError.',
          })),
        ],
      },
    },
    ...boundaries,
    webStandardFiles,
    webStandardMerge,
    ...webStandardGateway,
    {
      // Tools look for a configuration there, and the runtime of Workers for its handlers.
      files: ['*.config.ts', 'test/*/*.config.ts', 'src/gateway/adapters/worker/worker.ts', 'test/gateway/*.worker.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    { files: ['scripts/**', 'test/**/*.mjs', 'bench/**'], rules: { 'no-console': 'off' } },
    // Numeric loops over typed arrays: every index is in range by construction, and `?? 0` would hide a slip.
    { files: ['src/skills/rank*.ts'], rules: { 'typescript/no-non-null-assertion': 'off' } },
    // A `describe` is a function too.
    { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  ],
});
