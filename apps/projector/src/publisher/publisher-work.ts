import type { OwnedWork } from '#libs/projections';

/** What one publisher at a time does. */
export const PUBLISHER_WORK: OwnedWork = { name: 'publisher', generation: 0 };
