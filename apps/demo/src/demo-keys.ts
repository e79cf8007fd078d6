import type { DemoApi } from './demo-api.js';

/** A key of the demo, and the API as whoever holds it. */
export interface DemoKey {
  readonly id: string;
  readonly api: DemoApi;
}

export interface DemoKeys {
  readonly submitters: readonly DemoKey[];
  /** The worker's secret, kept in memory alone. */
  readonly workerSecret: string;
}

const SUBMITTERS = [
  { name: 'Broker portal', description: 'Uploads of the brokers' },
  { name: 'GRC pipeline', description: 'Nightly import of renewals' },
  { name: 'Underwriting desk', description: null },
];

/** Makes the keys that the jobs need, and some with a past, so that lists and histories have something to show. */
export async function makeDemoKeys(admin: DemoApi): Promise<DemoKeys> {
  const create = (key: object) => admin.call('POST', '/v1/api-keys', key);
  const submitters: DemoKey[] = [];
  for (const key of SUBMITTERS) {
    const { id, secret } = await create({ ...key, preset: 'job_submitter' });
    submitters.push({ id: String(id), api: admin.as(String(secret)) });
  }
  const { secret } = await create({ name: 'Document reader', description: 'The worker', preset: 'worker' });
  await makePast(admin, create);
  return { submitters, workerSecret: String(secret) };
}

async function makePast(admin: DemoApi, create: (key: object) => Promise<Readonly<Record<string, unknown>>>) {
  const change = (id: unknown, call: string, body: object) =>
    admin.call('POST', `/v1/api-keys/${String(id)}/${call}`, body);
  const rotated = await create({ name: 'Billing export', scopes: ['usage:read'] });
  await change(rotated['id'], 'rotate', { grace_period_seconds: 3_600, reason: 'yearly rotation' });
  const suspended = await create({ name: 'Contractor laptop', environment: 'test', preset: 'read_only' });
  await change(suspended['id'], 'suspend', { reason: 'contract paused' });
  const revoked = await create({ name: 'CI runner', type: 'service', preset: 'run_evaluations' });
  await change(revoked['id'], 'revoke', { reason: 'found in a build log' });
  await create({ name: 'Quarterly review', preset: 'auditor', seconds_until_expiration: 90 * 86_400 });
}
