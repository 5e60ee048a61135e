/**
 * Tests run in Node's own module loader and its own global object, not in jest's copies of them: half of a run was loading
 * the server anew for each file. docs/decisions/tests-are-loaded-by-node.md has the reasons, and what follows for tests.
 * Types are checked by `npm run check`, not here.
 */
export default {
  runtime: '<rootDir>/test/runner/runtime.js',
  testEnvironment: '<rootDir>/test/runner/environment.js',
  // esbuild compiles, in the global setup: src as for a start, and each test file as a module of its own.
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  transform: {},
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testSequencer: '<rootDir>/test/runner/sequencer.js',
  testTimeout: 60_000,
  maxWorkers: 2,
};
