export const SAMPLE_WEBHOOKS = {
  'webhook.disabled': {
    ...{ id: 'whk_4TgHy7UjKm2WsXe9RfVb', url: 'https://hooks.example.com/v2', events: ['job.completed', 'job.failed'] },
    ...{ description: 'Billing', status: 'disabled', status_reason: 'failing', secret_hint: 'whsec_2YkL…cdef' },
    ...{ created_at: 1_767_225_600, updated_at: 1_767_225_660 },
    ...{
      last_delivery: { at: 1_767_225_640, status: 'failed', response_status: 503 },
      success_rate_24h: 0,
      backlog: 4,
    },
  },
} as const;
