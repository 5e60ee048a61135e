import base from '../../jest.config.js';

/** The tests of the pure core alone: no database, so that each change of the code can be tried in seconds. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/quota/**/*.test.ts'],
  globalSetup: undefined,
  globalTeardown: undefined,
};
