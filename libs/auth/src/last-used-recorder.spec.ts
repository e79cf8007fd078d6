import type { KeyUse } from '#libs/domain';
import { LastUsedRecorder } from './last-used-recorder.js';

function recorderThat(write: (orgId: string, uses: readonly KeyUse[]) => Promise<void>, capacity = 10) {
  const warnings: object[] = [];
  const ignore = () => undefined;
  const logger = { debug: ignore, info: ignore, warn: (fields: object) => void warnings.push(fields), error: ignore };
  return { recorder: new LastUsedRecorder({ write, logger, capacity }), warnings };
}

it('writes the last use of each key once, organization by organization', async () => {
  const written: [string, readonly KeyUse[]][] = [];
  const { recorder } = recorderThat(async (orgId, uses) => void written.push([orgId, uses]));
  recorder.record('org_a', 'ak_1', 10);
  recorder.record('org_b', 'ak_2', 11);
  recorder.record('org_a', 'ak_1', 12);
  recorder.record('org_a', 'ak_1', 11);
  recorder.record('org_a', 'ak_3', 13);
  expect(recorder.pending('ak_1')).toBe(12);
  await recorder.flush();
  await recorder.flush();
  expect(written).toEqual([
    [
      'org_a',
      [
        { keyId: 'ak_1', at: 12 },
        { keyId: 'ak_3', at: 13 },
      ],
    ],
    ['org_b', [{ keyId: 'ak_2', at: 11 }]],
  ]);
  expect(recorder.pending('ak_1')).toBeNull();
});

it('keeps what could not be written, and writes the other organizations', async () => {
  let down = true;
  const written: [string, readonly KeyUse[]][] = [];
  const { recorder, warnings } = recorderThat(async (orgId, uses) => {
    if (down && orgId === 'org_a') throw new Error('down');
    written.push([orgId, uses]);
  });
  recorder.record('org_a', 'ak_1', 10);
  recorder.record('org_b', 'ak_2', 10);
  await recorder.flush();
  expect(written.map(([orgId]) => orgId)).toEqual(['org_b']);
  expect(recorder.pending('ak_1')).toBe(10);
  expect(warnings).toEqual([{ keys: 1, error: 'down' }]);
  down = false;
  await recorder.flush();
  expect(written.at(-1)).toEqual(['org_a', [{ keyId: 'ak_1', at: 10 }]]);
});

it('does not forget a use that came while the one before was written', async () => {
  const written: number[] = [];
  const { recorder } = recorderThat(async (_orgId, uses) => {
    if (written.length === 0) recorder.record('org_a', 'ak_1', 20);
    written.push(...uses.map(({ at }) => at));
  });
  recorder.record('org_a', 'ak_1', 10);
  await recorder.flush();
  expect(recorder.pending('ak_1')).toBe(20);
  await recorder.flush();
  expect(written).toEqual([10, 20]);
});

it('remembers no more keys than it may, and says what it lost', async () => {
  const written: KeyUse[] = [];
  const { recorder, warnings } = recorderThat(async (_orgId, uses) => void written.push(...uses), 2);
  for (const keyId of ['ak_1', 'ak_2', 'ak_3', 'ak_4']) recorder.record('org_a', keyId, 1);
  await recorder.flush();
  expect(written.map(({ keyId }) => keyId)).toEqual(['ak_1', 'ak_2']);
  expect(warnings).toEqual([{ lost: 2 }]);
});

it('writes what is left when it stops, after what is being written', async () => {
  const written: number[] = [];
  let finish: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (finish = resolve));
  const { recorder } = recorderThat(async (_orgId, uses) => {
    if (written.length === 0) await first;
    written.push(...uses.map(({ at }) => at));
  });
  recorder.start();
  recorder.record('org_a', 'ak_1', 1);
  void recorder.flush();
  recorder.record('org_a', 'ak_1', 2);
  const stopped = recorder.stop();
  finish();
  await stopped;
  expect(written).toEqual([1, 2]);
});
