import type { Backlog } from '#libs/domain';
import { WordField } from '../../http/request-fields.js';

export class ActivateWebhookRequest {
  @WordField(['send', 'skip'], {
    optional: true,
    description: 'What becomes of what is pending: `send` it (default), or `skip` it for good.',
  })
  backlog?: Backlog;
}
