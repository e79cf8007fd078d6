import { SILENT } from '#libs/observability';
import { DatabaseUnavailable } from '#libs/postgres';
import { retryOutages } from './retry-outages.js';

const outage = new DatabaseUnavailable('away');
const options = { logger: SILENT, requestId: 'r', signal: new AbortController().signal, pausesMs: [1, 1] };

function failing(times: number, error: Error): { tries: number; query: () => Promise<string> } {
  const failures = {
    tries: 0,
    query: () => (failures.tries++ < times ? Promise.reject(error) : Promise.resolve('page')),
  };
  return failures;
}

it('reads again after an outage', async () => {
  await expect(retryOutages(failing(2, outage).query, options)).resolves.toBe('page');
});

it('gives up after so many tries', async () => {
  const failures = failing(3, outage);
  await expect(retryOutages(failures.query, options)).rejects.toBe(outage);
  expect(failures.tries).toBe(3);
});

it('reads nothing again that failed for another reason', async () => {
  const wrong = new Error('wrong statement');
  const failures = failing(1, wrong);
  await expect(retryOutages(failures.query, options)).rejects.toBe(wrong);
  expect(failures.tries).toBe(1);
});

it('reads nothing again for a reader that is gone', async () => {
  const failures = failing(1, outage);
  const gone = { ...options, signal: AbortSignal.abort(), pausesMs: [60_000] };
  await expect(retryOutages(failures.query, gone)).rejects.toBe(outage);
  expect(failures.tries).toBe(1);
});
