import { ApiClient, StartedSystem } from '#libs/testing';

it('shows the whole process to the operator, and nobody by name', async () => {
  const system = await StartedSystem.start();
  try {
    const { org_id: org, admin_token: admin, platform_token: platform } = system.session;
    const api = new ApiClient(system.url, admin);
    const made = await api.post('/v1/api-keys', { name: 'Measured' });
    const position = made.headers.get('x-log-position') ?? '';
    await api.get('/v1/api-keys', { 'x-min-log-position': position });
    await api.as(String(made.body['secret'])).get('/v1/api-keys');
    await api.post('/v1/api-keys/verify', { key: made.body['secret'] });
    const { status, text } = await api.as(platform).get('/metrics');
    expect(status).toBe(200);
    const figure = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(figure('keyledger_log_position')).toBeGreaterThan(0);
    expect(figure('keyledger_append_queue_size')).toBeGreaterThanOrEqual(0);
    expect(figure('keyledger_key_directory_keys')).toBe(1);
    expect(figure('keyledger_key_directory_staleness_seconds')).toBeGreaterThanOrEqual(0);
    expect(figure('keyledger_projection_lag_seconds{projection="api-keys"}')).toBeGreaterThanOrEqual(0);
    expect(figure('keyledger_key_verifications_total{code="valid"}')).toBe(1);
    expect(figure('keyledger_denials_total{code="insufficient_scope"}')).toBe(1);
    for (const name of [org, String(made.body['id']), 'user_admin']) expect(text).not.toContain(name);
  } finally {
    await system.dispose();
  }
});
