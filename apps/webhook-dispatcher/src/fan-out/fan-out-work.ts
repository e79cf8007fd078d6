import type { OwnedWork } from '#libs/projections';

/** What one dispatcher at a time does. */
export const FAN_OUT_WORK: OwnedWork = { name: 'webhook-fan-out', generation: 0 };
