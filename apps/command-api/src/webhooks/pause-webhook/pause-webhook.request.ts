/** A pause takes no members. */
export class PauseWebhookRequest {}
