import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureReady } from './ensure-ready.mjs';
import { ensureTestPrograms } from './ensure-test-programs.mjs';

/** `npm test`: installs and builds what is missing, then typecheck, lint and every level of test; ends with one count. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = await ensureReady(root);
ensureTestPrograms();

const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
  NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
};
const bin = (path) => join(root, 'node_modules', path);
const checks = [
  ['typecheck', [bin('typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json']],
  ['lint', [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0']],
  ['format', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
];
// They wait neither for one another nor for the tests, and each uses one core.
const checking = Promise.all(checks.map(check));

const report = join(tmpdir(), `keyledger-jest-${process.pid}.json`);
console.log('\n== tests');
const jest = [bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...process.argv.slice(2)];
const [jestCode] = await once(spawn(node, jest, { cwd: root, stdio: 'inherit', env }), 'exit');
const jestPassed = jestCode === 0;
const failedChecks = (await checking).filter((title) => title !== null);
const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } = readReport(report);

// The one is no proof for the other, so nobody is to find out by reading test names.
const eventStoreDbs = JSON.stringify(testResults).match(/EventStoreDbEventStore \(AGAINST [^)]*\)/g) ?? [];
for (const ran of new Set(eventStoreDbs)) console.log(`\n${ran}`);

for (const title of failedChecks) console.log(`FAILED: ${title}`);
const failed = Math.max(numFailedTests, numFailedTestSuites > 0 || !jestPassed ? 1 : 0) + failedChecks.length;
console.log(
  `\n${numPassedTests + checks.length - failedChecks.length} passed, ${failed} failed, ${numPendingTests} skipped`,
);
process.exitCode = failed > 0 || numPendingTests > 0 || numPassedTests === 0 ? 1 : 0;

/** Runs one, shows what it said once it is over, and answers its title where it failed. */
async function check([title, args]) {
  const { stdout, stderr, failed } = await promisify(execFile)(node, args, {
    cwd: root,
    env: { ...env, NODE_OPTIONS: '' },
    maxBuffer: 64 * 1_048_576,
  }).then(
    (said) => ({ ...said, failed: false }),
    ({ stdout = '', stderr = '', message }) => ({ stdout, stderr: stderr || message, failed: true }),
  );
  console.log(`\n== ${title}\n${stdout}${stderr}`.trimEnd());
  return failed ? title : null;
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numFailedTestSuites: 1, testResults: [] };
  } finally {
    rmSync(path, { force: true });
  }
}
