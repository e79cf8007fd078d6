import { ApiClient, MODES, StartedSystem, eventually, type ApiAnswer } from '#libs/testing';

const LOOPS = 100;

let system: StartedSystem;

describe.each(MODES)('%s', (mode) => {
  beforeAll(async () => {
    system = await StartedSystem.start({ mode, env: { RATE_LIMIT_RPS: '0' } });
  });
  afterAll(() => system.dispose());

  it('accepts a key as soon as it was made and refuses it as soon as it was revoked', async () => {
    const codes: unknown[] = [];
    for (let loop = 0; loop < LOOPS; loop++) {
      const key = await create();
      const made = await codeOf(key.secret);
      expect((await act(key.id, 'revoke')).status).toBe(200);
      codes.push([made, await codeOf(key.secret), (await admin().as(key.secret).get('/v1/whoami')).status]);
    }
    expect(codes).toEqual(Array(LOOPS).fill(['valid', 'revoked', 401]));
  });

  it('follows every change of a key at once', async () => {
    const { id, secret } = await create();
    const seen: unknown[] = [];
    for (const call of ['suspend', 'reactivate', 'suspend', 'reactivate']) {
      expect((await act(id, call)).status).toBe(200);
      seen.push(await codeOf(secret));
    }
    expect(seen).toEqual(['suspended', 'valid', 'suspended', 'valid']);
    await admin().request('PATCH', `/v1/api-keys/${id}`, { body: { scopes: ['reports:read'] } });
    const verify = (scopes: readonly string[]) => admin().post('/v1/api-keys/verify', { key: secret, scopes });
    expect((await verify(['reports:read'])).body).toMatchObject({ code: 'valid', scopes: ['reports:read'] });
    expect((await verify(['usage:read'])).body).toMatchObject({ valid: false, code: 'insufficient_scope' });
    expect((await admin().request('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    await expect(codeOf(secret)).resolves.toBe('not_found');
  });

  it('knows two usable keys of a lineage within a grace, never three, and one without', async () => {
    const first = await create();
    const second = keyOf(await act(first.id, 'rotate', { grace_period_seconds: 600 }));
    await expect(codesOf([first, second])).resolves.toEqual(['valid', 'valid']);
    const third = keyOf(await act(second.id, 'rotate', { grace_period_seconds: 600 }));
    await expect(codesOf([first, second, third])).resolves.toEqual(['revoked', 'valid', 'valid']);
    const fourth = keyOf(await act(third.id, 'rotate'));
    await expect(codesOf([first, second, third, fourth])).resolves.toEqual(['revoked', 'revoked', 'revoked', 'valid']);
  });

  it('ends a key at its second, without anything having to happen', async () => {
    const made = await admin().post('/v1/api-keys', { name: 'short', seconds_until_expiration: 2 });
    const { secret } = keyOf(made);
    const expiresAt = Number(made.body['expires_at']);
    await eventually('the end of the key', async () => {
      const [askedAt, code, answeredAt] = [Date.now(), await codeOf(secret), Date.now()];
      // On one machine there is one clock: an answer that was wholly before or wholly after the second has one right code.
      if (answeredAt < expiresAt * 1_000) expect(code).toBe('valid');
      if (askedAt >= expiresAt * 1_000) expect(code).toBe('expired');
      return code === 'expired' ? true : null;
    });
  });
});

interface Key {
  readonly id: string;
  readonly secret: string;
}

async function create(): Promise<Key> {
  return keyOf(await admin().post('/v1/api-keys', { name: 'directory' }));
}

function keyOf({ body, text }: ApiAnswer): Key {
  if (typeof body['secret'] !== 'string') throw new Error(`no key: ${text}`);
  return { id: String(body['id']), secret: body['secret'] };
}

function act(id: string, call: string, body: unknown = {}): Promise<ApiAnswer> {
  return admin().post(`/v1/api-keys/${id}/${call}`, body);
}

async function codeOf(key: string): Promise<unknown> {
  return (await admin().post('/v1/api-keys/verify', { key })).body['code'];
}

async function codesOf(keys: readonly Key[]): Promise<readonly unknown[]> {
  return Promise.all(keys.map(({ secret }) => codeOf(secret)));
}

function admin(): ApiClient {
  return new ApiClient(system.url, system.session.admin_token);
}
