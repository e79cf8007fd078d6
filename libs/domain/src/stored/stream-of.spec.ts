import { anExport, apiKeyRotated, jobId, jobLeased, keyId, policyTypeUpdated } from '#libs/testing';
import { lineageStream } from '../api-key/lineage.js';
import { jobStream } from '../job/job-stream.js';
import { webhookStream } from '../webhook/webhook-stream.js';
import { streamOf } from './stream-of.js';

const DIGEST = '0123456789abcdef0123456789abcdef';

it('knows each event’s stream by what it is about', () => {
  expect(streamOf(apiKeyRotated(), DIGEST)).toBe(lineageStream('AbCdEfGh12345678'));
  expect(streamOf(jobLeased(), DIGEST)).toBe(jobStream(jobId()));
  expect(streamOf(policyTypeUpdated(), DIGEST)).toBe(`policyType-${DIGEST}.commercial_auto`);
  const webhook_id = 'whk_4TgHy7UjKm2WsXe9RfVb';
  expect(streamOf({ type: 'webhook.paused', data: { webhook_id } }, DIGEST)).toBe(webhookStream(webhook_id));
  expect(streamOf(anExport(), DIGEST)).toBe(`audit-${DIGEST}`);
});

it('guesses none', () => {
  for (const type of ['api_key.revoked', 'job.leased', 'policy_type.created', 'webhook.paused']) {
    expect(() => streamOf({ type, data: { key_id: 1, job_id: keyId(0) } }, DIGEST)).toThrow(RangeError);
  }
});
