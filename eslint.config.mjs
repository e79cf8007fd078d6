import tseslint from 'typescript-eslint';

/** Dependencies point down only: apps -> libs -> libs/domain, never from app to app. A library is entered through its index alone. */
const noRestricted = (...patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });
const insideALibrary = { regex: '^(\\.\\./)+(libs|apps)/', message: 'Enter a library through #libs/<name>.' };
const fromApps = { regex: '^#apps/|/apps/', message: 'A library may not depend on an app.' };
const otherApps = { regex: '^(\\.\\./)+[^/]+/src/', message: 'What two apps need belongs in a library.' };
/** The embedded mode is made of the other apps; tests run them together. */
const madeOfOthers = ['apps/standalone/**', '**/*.spec.ts', '**/testing/**'];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.keyledger/'] },
  ...tseslint.configs.recommendedTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
      ...noRestricted(insideALibrary),
    },
  },
  { files: ['apps/**/*.ts'], ignores: madeOfOthers, rules: noRestricted(insideALibrary, otherApps) },
  { files: ['libs/**/*.ts'], rules: noRestricted(insideALibrary, fromApps) },
  // The benchmark measures parts of apps by themselves, which have no door of their own.
  { files: ['bench/**/*.ts'], rules: noRestricted({ ...insideALibrary, regex: '^(\\.\\./)+libs/' }) },
  {
    files: ['libs/domain/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: noRestricted(insideALibrary, { regex: '^[^.]', message: 'The domain imports nothing.' }),
  },
  {
    files: ['examples/*/src/**/*.ts'],
    rules: noRestricted({ regex: '^#|^(\\.\\./)', message: 'An example knows the HTTP API alone.' }),
  },
  { files: ['**/cli/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
);
