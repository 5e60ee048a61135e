/**
 * The tests of the pure core alone: no database, so that each change of the code can be tried in seconds. A change is tried
 * on modules loaded for it alone, so these run as jest runs ES modules, through ts-jest, and not as jest.config.js has it.
 */
export default {
  rootDir: '../..',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'tsconfig.json', diagnostics: false }],
  },
  testMatch: ['<rootDir>/test/quota/**/*.test.ts'],
  testTimeout: 60_000,
};
