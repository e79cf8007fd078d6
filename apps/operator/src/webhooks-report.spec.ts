import { webhooksReport, type ShownWebhooks } from './webhooks-report.js';

const QUIET: ShownWebhooks = {
  fan_out: { state: 'running', position: '42', send_from: '7', asked_send_from: null, catch_up_to: '7' },
  deliveries: { pending: 3, in_flight: 1, oldest_due_seconds: 4.26 },
  endpoints: { active: 5, paused: 1, disabled: 0 },
};

it('shows the fan-out, what waits and the endpoints, a line each', () => {
  expect(webhooksReport(QUIET)).toBe(
    [
      'fan-out     running  at 42  sends what happened after 7',
      'deliveries  3 pending, 1 in flight, oldest due for 4.3 s',
      'endpoints   5 active, 1 paused, 0 disabled',
    ].join('\n'),
  );
});

it('says what was asked for, and how far a log is that is folded once more', () => {
  const asked = { ...QUIET, fan_out: { ...QUIET.fan_out, state: 'unowned', asked_send_from: '0' } } as const;
  expect(webhooksReport(asked)).toContain('\n  asked for: send from 0; no dispatcher has begun it yet\n');
  const behind = { ...QUIET.fan_out, state: 'catching up', catch_up_to: '84' } as const;
  expect(webhooksReport({ ...QUIET, fan_out: behind })).toContain(
    '\n  folded 50.0 % of 84, nothing is sent until then\n',
  );
});
