/** There is an endpoint of that id: 119 random bits met twice. Nothing changed; mint another and run the command again. */
export class WebhookIdTaken extends Error {
  readonly code = 'webhook_id_taken';
  override readonly name = 'WebhookIdTaken';
  constructor() {
    super('the id that the command offered for a webhook endpoint is taken');
  }
}
