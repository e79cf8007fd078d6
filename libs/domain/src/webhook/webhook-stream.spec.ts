import { isDeliveryId, isWebhookId, webhookStream } from './webhook-stream.js';

const NAME = '4TgHy7UjKm2WsXe9RfVb';

it('names a stream by the endpoint', () => expect(webhookStream(`whk_${NAME}`)).toBe(`webhook-whk_${NAME}`));

it.each([
  '',
  'whk_',
  NAME,
  `dlv_${NAME}`,
  `whk_${NAME}x`,
  `whk_${NAME.slice(1)}`,
  `whk_${NAME.slice(1)}-`,
  `whk_${NAME}\n`,
])('knows no endpoint by %j', (id) => {
  expect(isWebhookId(id)).toBe(false);
  expect(() => webhookStream(id)).toThrow(RangeError);
});

it('knows the ids of deliveries by their form', () => {
  expect(isDeliveryId(`dlv_${NAME}`)).toBe(true);
  expect(isDeliveryId(`whk_${NAME}`)).toBe(false);
  expect(isDeliveryId(`dlv_${NAME}x`)).toBe(false);
});
