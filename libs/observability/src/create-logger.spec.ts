import { createLogger } from './create-logger.js';
import { scrubSecrets } from './scrub-secrets.js';

const SECRETS = {
  key: `ak_live_${'a1B2'.repeat(17)}x`,
  testKey: `ak_test_${'Z9'.repeat(34)}q`,
  platform: 'plt_0123456789abcdefABCDEF',
  webhook: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  jwt: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl',
};

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }));
  return lines.join('');
}

it.each(Object.entries(SECRETS))('logs no secret of kind %s, wherever it hides', (_, secret) => {
  const error = new Error(`refused ${secret}`, { cause: new Error(`because of ${secret}`) });
  const line = logged((logger) => {
    logger.error({ err: error, nested: { list: [secret, `"${secret}"`] }, [secret]: 1 }, `a message with ${secret}`);
  });
  expect(line).not.toContain(secret);
  expect(line).not.toContain(secret.slice(10));
  expect(JSON.parse(line)).toMatchObject({ level: 'error' });
});

it('keeps what only resembles a secret', () => {
  for (const text of ['ak_live_2YkL…cdef', `ak_${'a'.repeat(20)}`, 'the eyJ of a storm', 'plt_', 'GET /v1/api-keys']) {
    expect(scrubSecrets(text)).toBe(text);
  }
});

it('logs the named fields of a request and no others', () => {
  const request = {
    ...{ method: 'GET', route: '/v1/api-keys/:id', status: 200, duration_ms: 1.5, request_id: 'r' },
    ...{ org_id: 'org_a', caller_type: 'user', caller_id: 'u' },
  };
  const line = logged((logger) =>
    logger.info(
      { request: { ...request, headers: { cookie: 'c' }, url: '/?q=personal', body: { name: 'x' } } },
      'answered',
    ),
  );
  expect(JSON.parse(line)).toMatchObject({ request });
  expect(line).not.toMatch(/cookie|personal|body/);
});

it('logs an error by name, code, message, stack and cause, and nothing that a library hung onto it', () => {
  const error = Object.assign(new TypeError('broken'), { code: 'X', parameters: ['personal'] });
  const line = logged((logger) => logger.error({ err: error }, 'failed'));
  expect(JSON.parse(line)).toMatchObject({ err: { name: 'TypeError', code: 'X', message: 'broken' } });
  expect(line).not.toContain('personal');
});
