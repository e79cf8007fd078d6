import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from './signature-headers.js';

const body = Buffer.from('{"id":"evt_1","data":{"text":"ü€😀"}}');
const [newest, older] = [randomBytes(32), randomBytes(32)];
const headersAt = (timestampSeconds: number, keys = [newest, older]): Record<string, string> =>
  signatureHeaders({ id: 'evt_1', timestampSeconds, body, keys });
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const receiver = (key: Buffer): Webhook => new Webhook(`whsec_${key.toString('base64')}`);

it('is what the reference implementation verifies, with any of the live secrets', () => {
  for (const key of [newest, older])
    expect(receiver(key).verify(body.toString(), headersAt(nowSeconds()))).toMatchObject({ id: 'evt_1' });
});

it('signs as the reference implementation does, the newest secret first', () => {
  const at = new Date(1_735_689_600_000);
  const expected = [newest, older].map((key) => receiver(key).sign('evt_1', at, body.toString()));
  expect(headersAt(1_735_689_600)).toEqual({
    'webhook-id': 'evt_1',
    'webhook-timestamp': '1735689600',
    'webhook-signature': expected.join(' '),
  });
});

it.each([
  ['another secret', () => receiver(randomBytes(32)).verify(body.toString(), headersAt(nowSeconds()))],
  ['another body', () => receiver(newest).verify(`${body.toString()} `, headersAt(nowSeconds()))],
  ['another id', () => receiver(newest).verify(body.toString(), { ...headersAt(nowSeconds()), 'webhook-id': 'evt_2' })],
  ['an old timestamp', () => receiver(newest).verify(body.toString(), headersAt(nowSeconds() - 600))],
])('is refused by the reference implementation with %s', (_, verify) => {
  expect(verify).toThrow();
});
