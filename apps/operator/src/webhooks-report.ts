/** How webhooks stand, as `status --json` prints it; positions are decimal. */
export interface ShownWebhooks {
  readonly fan_out: {
    /** `unowned`: no dispatcher has said anything for some seconds. */
    readonly state: 'running' | 'catching up' | 'unowned';
    readonly position: string;
    readonly send_from: string;
    readonly asked_send_from: string | null;
    readonly catch_up_to: string;
  };
  readonly deliveries: { readonly pending: number; readonly in_flight: number; readonly oldest_due_seconds: number };
  readonly endpoints: { readonly active: number; readonly paused: number; readonly disabled: number };
}

/** The same as people read it. */
export function webhooksReport({ fan_out, deliveries, endpoints }: ShownWebhooks): string {
  const { state, position, send_from, asked_send_from } = fan_out;
  return [
    `fan-out     ${state}  at ${position}  sends what happened after ${send_from}`,
    ...(fan_out.state === 'catching up' ? [`  ${catchUpLine(fan_out)}, nothing is sent until then`] : []),
    ...(asked_send_from === null ? [] : [`  asked for: send from ${asked_send_from}; no dispatcher has begun it yet`]),
    `deliveries  ${deliveries.pending} pending, ${deliveries.in_flight} in flight, ` +
      `oldest due for ${deliveries.oldest_due_seconds.toFixed(1)} s`,
    `endpoints   ${endpoints.active} active, ${endpoints.paused} paused, ${endpoints.disabled} disabled`,
  ].join('\n');
}

/** How far a log is that is folded once more, in one line. */
export function catchUpLine({ position, catch_up_to }: ShownWebhooks['fan_out']): string {
  const thousandths = (BigInt(position) * 1_000n) / BigInt(catch_up_to);
  return `folded ${(Number(thousandths) / 10).toFixed(1)} % of ${catch_up_to}`;
}
