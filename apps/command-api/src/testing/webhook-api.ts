import type { Settings } from '#libs/settings';
import type { ApiAnswer, RunningApi } from './running-api.js';

/** Where the tests' endpoints are: an address of this machine, which no name server is asked for. */
export const WEBHOOK_SETTINGS: Partial<Settings> = { webhookAllowHttp: true, webhookAllowedCidrs: ['127.0.0.0/8'] };

/** Nobody listens there, and no test of the API needs anybody to. */
export const WEBHOOK_URL = 'http://127.0.0.1:1/hooks';

/** A new endpoint that every read shows, made by the admin where no other person is named. @throws Error where it is not made */
export async function makeWebhook(
  api: RunningApi,
  body: Readonly<Record<string, unknown>> = {},
  credential = api.credentials.admin,
): Promise<ApiAnswer & { readonly id: string; readonly path: string }> {
  const sent = { url: WEBHOOK_URL, events: ['api_key.created'], ...body };
  const answer = await api.call(credential, 'POST', '/v1/webhooks', sent);
  if (answer.status !== 201) throw new Error(`no endpoint was made: ${answer.text}`);
  const id = String(answer.body['id']);
  const path = `/v1/webhooks/${id}`;
  await api.getAfter(answer, path, credential);
  return { ...answer, id, path };
}
