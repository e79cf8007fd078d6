import { ApiClient, eventually, StartedSystem } from '#libs/testing';
import { asOwner } from './testing/as-owner.js';

it('is not ready and says which part where fan-out or publisher has stopped', async () => {
  const system = await StartedSystem.start({ mode: 'embedded' });
  try {
    const admin = new ApiClient(system.url, system.session.admin_token);
    expect((await admin.get('/readyz')).status).toBe(200);
    await admin.post('/v1/api-keys', { name: 'before' });
    // As where the event store was restored to an older point.
    await asOwner(system.dataDir, async (client) => {
      await client.query('update webhooks.fan_out set position = 1000000');
      await client.query('update publisher.checkpoint set position = 1000000');
    });
    await admin.post('/v1/api-keys', { name: 'after' });
    const platform = new ApiClient(system.url, system.session.platform_token);
    const body = await eventually('that both have stopped', async () => {
      const answer = await platform.get('/readyz');
      const { publisher, fan_out } = answer.body['dependencies'] as Readonly<Record<string, string>>;
      return answer.status === 503 && publisher === 'unavailable' && fan_out === 'unavailable' ? answer.body : null;
    });
    expect(body['dependencies']).toMatchObject({ database: 'ok', event_store: 'ok' });
    const { text } = await platform.get('/metrics');
    expect(text).toMatch(/^keyledger_publisher_stopped 1$/m);
    expect(text).toMatch(/^keyledger_webhook_fan_out_stopped 1$/m);
  } finally {
    await system.dispose();
  }
});
