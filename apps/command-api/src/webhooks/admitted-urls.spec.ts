import { UrlRefused, type OutboundGuard } from '#libs/outbound';
import { AdmittedUrls } from './admitted-urls.js';

const HREF = 'https://example.com/';
const refused = new UrlRefused('url leads to an address that is not allowed.');
const rejection = { name: 'DomainRejection', code: 'invalid_url', message: refused.message };
const guard = (admit: OutboundGuard['admit']): AdmittedUrls =>
  // Of what the guard says of a form only the URL is looked at.
  new AdmittedUrls({ parse: () => ({ href: HREF }) as ReturnType<OutboundGuard['parse']>, admit });

it('admits what the guard admits, with its warnings', async () => {
  const admitted = { url: HREF, warnings: ['unresolved'] as const };
  expect(await guard(() => Promise.resolve(admitted)).admit('x', false)).toEqual(admitted);
});

it('refuses what the guard refuses, in its words', async () => {
  const urls = guard(() => Promise.reject(refused));
  await expect(urls.admit('x', false)).rejects.toMatchObject(rejection);
  const ofForm = new AdmittedUrls({
    parse: () => {
      throw refused;
    },
    admit: () => Promise.reject(refused),
  });
  expect(() => ofForm.assertForm('x')).toThrow(expect.objectContaining(rejection) as Error);
});

it('leaves what an event names already, whatever its name resolves to by now', async () => {
  const urls = guard(() => Promise.reject(refused));
  expect(await urls.admit('x', true)).toEqual({ url: HREF, warnings: [] });
});

it('takes no failure for a refusal', async () => {
  const failure = new Error('broken');
  await expect(guard(() => Promise.reject(failure)).admit('x', true)).rejects.toBe(failure);
});
