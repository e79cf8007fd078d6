const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        target: 'es2023',
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

const names = {
  '^#libs/event-store/contract$': '<rootDir>/libs/event-store/src/contract/index.ts',
  '^#libs/testing/eventstoredb-stand-in$': '<rootDir>/libs/testing/src/eventstoredb-stand-in/index.ts',
  '^#libs/(.*)$': '<rootDir>/libs/$1/src/index.ts',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};

/** What every level of test shares: ES modules through swc, library names resolved to their sources. */
const level = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: names,
  ...extra,
});

/** A `.spec.ts` is fast and alone, an `.int.spec.ts` needs Postgres, an `.e2e.spec.ts` the whole built system. */
export default {
  // Ends what hangs; no test is about time.
  testTimeout: 600_000,
  // One more than there are cores: those that kill, wait and start again are idle for much of their time.
  maxWorkers: 3,
  testSequencer: '<rootDir>/libs/testing/src/jest/slowest-first.mjs',
  projects: [
    level('unit', ['<rootDir>/{apps,libs,examples,scripts,bench,deploy}/**/!(*.int|*.e2e).spec.ts']),
    level('int', ['<rootDir>/{apps,libs}/**/*.int.spec.ts'], {
      globalSetup: '<rootDir>/libs/testing/src/jest/start-postgres.mjs',
      globalTeardown: '<rootDir>/libs/testing/src/jest/stop-postgres.mjs',
      // Node starts no thread with sources of ours: the one for schemas is the compiled one here too.
      moduleNameMapper: { '/worker-file\\.js$': '<rootDir>/dist/libs/json-schemas/src/worker-file.js', ...names },
    }),
    level('e2e', ['<rootDir>/{apps,libs,examples}/**/*.e2e.spec.ts'], {
      globalSetup: '<rootDir>/libs/testing/src/jest/make-templates.mjs',
      globalTeardown: '<rootDir>/libs/testing/src/jest/remove-templates.mjs',
    }),
  ],
};
