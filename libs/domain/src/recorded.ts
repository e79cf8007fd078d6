import type { EventMetadata } from './event-metadata.js';

/** A domain event together with the metadata it was, or will be, stored with; what `evolve` folds. */
export type Recorded<E> = E & { readonly metadata: EventMetadata };
