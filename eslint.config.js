import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * docs/style.md, as far as a linter can see it. Who may import whom is in .dependency-cruiser.cjs; what is left over, in
 * knip.json; how it looks, is Prettier's alone.
 */

/** Each entry says why: the message is all that its reader gets. */
const NOT_ANYWHERE = [
  {
    selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSUnknownKeyword"]',
    message: 'This escapes from the type system. Check the value where it comes in, then the type is known.',
  },
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>4]',
    message: 'Four constructor parameters: what needs more does more than one thing.',
  },
];

const NOT_IN_SRC = [
  ...NOT_ANYWHERE,
  {
    selector: 'CallExpression[callee.property.name="normalize"]',
    message: 'It takes by the square of the accents on a letter. Use normalized() of src/unicode.ts.',
  },
  {
    selector: 'MemberExpression[property.name="canParse"]',
    message:
      'It says no to a host with ü once it is compiled. Use addressOf(), or parseUrl(), of src/unicode.ts.',
  },
  {
    selector: 'CallExpression[callee.property.name="save"]',
    message: 'TypeORM’s save() selects, then upserts what it thinks has changed. Use insert() or update().',
  },
  ...[
    'CallExpression[callee.property.name="clear"][arguments.length>0]',
    'CallExpression[callee.property.name="clear"][callee.object.callee.property.name="getRepository"]',
    'CallExpression[callee.property.name="clear"][callee.object.name=/(repository|repo|manager)$/i]',
    'CallExpression[callee.property.name="clear"][callee.object.property.name=/(repository|repo|manager)$/i]',
  ].map((selector) => ({
    selector,
    message: 'TypeORM’s clear() is TRUNCATE, which row-level security does not hold back. Use delete().',
  })),
];

const NOT_IN_TESTS = [
  ...NOT_ANYWHERE,
  ...[
    'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo|failing)$/]',
    'CallExpression[callee.name=/^(fdescribe|fit|xdescribe|xit|xtest)$/]',
  ].map((selector) => ({ selector, message: 'Every test runs, every time.' })),
];

/** In these rooms time comes in as a value: no rule reads a clock of the process, and nothing is left to chance. */
const CLOCKLESS_ROOMS = ['src/quota/**', 'src/outreach/**', 'src/imports/**', 'src/ledger/**'];
const CLOCKS = [
  { object: 'Date', property: 'now' },
  { object: 'Temporal', property: 'Now' },
  { object: 'Math', property: 'random' },
].map((clock) => ({
  ...clock,
  message: 'Time comes in as a value, from the database’s clock. Chance does not.',
}));
const NEW_DATE = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: CLOCKS[0].message,
};

const PUB_SUB = {
  group: ['@graphql-yoga/subscription', 'graphql-subscriptions'],
  message:
    'A stalled subscriber of these ends the process. Alerts come from their table; see docs/design.md, section 7.',
};
const DATA_SOURCE = {
  name: 'typeorm',
  importNames: ['DataSource'],
  allowTypeImports: true,
  message:
    'The one data source is made in src/tenancy/data-source.ts; rows are reached through src/tenancy/door.ts.',
};

const NODE_GLOBALS = ['console', 'performance', 'process', 'URL', 'setTimeout', 'clearTimeout'];
const BROWSER_GLOBALS = [
  ...['AbortController', 'MutationObserver', 'Storage', 'URL', 'WebSocket', 'crypto', 'document', 'fetch'],
  ...['history', 'localStorage', 'location', 'queueMicrotask', 'sessionStorage', 'window'],
];

function readonly(names) {
  return Object.fromEntries(names.map((name) => [name, 'readonly']));
}

export default defineConfig(
  { ignores: ['dist/', 'coverage/', '.headroom/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-misleading-character-class': ['error', { allowEscape: true }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'no-restricted-syntax': ['error', ...NOT_ANYWHERE],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'object-shorthand': 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // What answers with a promise may know its answer already.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
      'no-restricted-syntax': ['error', ...NOT_IN_SRC],
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [DATA_SOURCE], patterns: [PUB_SUB] }],
    },
  },
  {
    files: ['src/cli/**', 'src/main.ts'],
    // They talk to a person at a terminal.
    rules: { 'no-console': 'off' },
  },
  {
    files: ['src/tenancy/data-source.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [PUB_SUB] }] },
  },
  {
    files: CLOCKLESS_ROOMS.map((room) => `${room}/*.ts`),
    rules: {
      'no-restricted-properties': ['error', ...CLOCKS],
      'no-restricted-syntax': ['error', ...NOT_IN_SRC, NEW_DATE],
    },
  },
  {
    // Data: one file a version, as long as the policy is.
    files: ['src/quota/policy/*.ts'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A describe is as long as what it describes.
      'max-lines-per-function': 'off',
      'no-restricted-syntax': ['error', ...NOT_IN_TESTS],
      // What a server answered is any; that it is as expected is what the test says.
      ...Object.fromEntries(
        ['argument', 'assignment', 'call', 'member-access', 'return'].map((what) => [
          `@typescript-eslint/no-unsafe-${what}`,
          'off',
        ]),
      ),
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: readonly(NODE_GLOBALS) },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: readonly(['module', 'require']) },
  },
  {
    // These run in a browser.
    files: ['src/http/{playground,pages/links}/*.js'],
    languageOptions: { globals: readonly(BROWSER_GLOBALS) },
    rules: {
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } },
      ],
    },
  },
  prettier,
);
