/** A delete takes no members. */
export class DeleteWebhookRequest {}
