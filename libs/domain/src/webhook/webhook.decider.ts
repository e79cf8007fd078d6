import type { Decider } from '../decider.js';
import { decideCreate } from './decide-create.js';
import { decideRotateSecret } from './decide-rotate-secret.js';
import { decideRedeliver, decideReplay, decideTest } from './decide-send.js';
import { decideActivate, decideDisable, decidePause } from './decide-status.js';
import { decideUpdate } from './decide-update.js';
import { evolveWebhook } from './evolve-webhook.js';
import { existingWebhook } from './existing-webhook.js';
import type { WebhookCommand } from './webhook.commands.js';
import type { WebhookEvent } from './webhook.events.js';
import type { WebhookState } from './webhook.state.js';

/** Stream `webhook-{webhook_id}`: one endpoint, with every rule that it has to keep. */
export const webhookDecider: Decider<WebhookCommand, WebhookEvent, WebhookState> = {
  initialState: { orgId: null, webhook: null },

  decide(command, state) {
    switch (command.kind) {
      case 'CreateWebhook':
        return decideCreate(command, state);
      case 'UpdateWebhook':
        return decideUpdate(command, state);
      case 'PauseWebhook':
        return decidePause(command, state);
      case 'ActivateWebhook':
        return decideActivate(command, state);
      case 'DisableWebhook':
        return decideDisable(command, state);
      case 'RotateWebhookSecret':
        return decideRotateSecret(command, state);
      case 'TestWebhook':
        return decideTest(command, state);
      case 'RedeliverWebhook':
        return decideRedeliver(command, state);
      case 'ReplayWebhook':
        return decideReplay(command, state);
      case 'DeleteWebhook': {
        const { id: webhook_id, url } = existingWebhook(state, command.webhookId);
        return [{ type: 'webhook.deleted', data: { webhook_id, url } }];
      }
    }
  },

  evolve: evolveWebhook,
};
