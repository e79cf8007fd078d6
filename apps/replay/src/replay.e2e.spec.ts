import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'keyledger-replay-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const LINE = JSON.stringify({
  ...{ seq: 1, event_id: 'e1', event_type: 'api_key.created', schema_version: 1, stream: 'apiKey-AbCdEfGh12345678' },
  ...{ revision: 0, occurred_at: '2026-01-01T00:00:00.000Z', reason: null, request_id: 'req_1' },
  actor: { type: 'user', id: 'user_ada', name: 'Ada' },
  data: {
    ...{ key_id: 'ak_AbCdEfGh123456780000', name: 'Deploy', description: null, key_type: 'service' },
    ...{ environment: 'live', access: 'full', scopes: [], lifetime_seconds: null, expires_at: null, hint: 'ak_live_…' },
  },
});

/** The built program as `npm run` starts it, with nothing of the product around it. */
function run(content: string, ...args: readonly string[]) {
  writeFileSync(join(directory, 'log.ndjson'), content);
  const program = 'dist/apps/replay/src/cli/replay.js';
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'log.ndjson', ...args], {
    env: { INIT_CWD: directory },
    encoding: 'utf8',
    timeout: 180_000,
  });
  return { status, stdout, stderr };
}

it('prints the keys on standard output and what they rest on beside it', () => {
  const table = run(`${LINE}\n`, '--as-of', '2026-06-01T00:00:00Z');
  expect(table).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^ID .*\nak_AbCdEfGh123456780000 +active +Deploy /) as string,
  });
  expect(table.stderr).toContain('1 of 1 events in the file happened by 2026-06-01T00:00:00.000Z');
  expect(table.stderr).toContain('what happened after the file was made is not in it');
  const json = run(`${LINE}\n`, '--as-of', '2026-06-01T00:00:00Z', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject([{ id: 'ak_AbCdEfGh123456780000', status: 'active' }]);
});

it('ends with an error where there is nothing to replay', () => {
  expect(run('', '--as-of', '0')).toEqual({
    ...{
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(/^replay: 0 events were read: the file is empty/) as string,
    },
  });
});

it('ends with an error that names the line, and prints no keys', () => {
  expect(run(`${LINE}\n${LINE.slice(0, 40)}`, '--as-of', '0')).toEqual({
    ...{ status: 1, stdout: '', stderr: 'replay: line 2: is no JSON; the file is cut off or damaged here\n' },
  });
});
