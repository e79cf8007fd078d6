import { RequestRefused } from '../http/request-refused.js';

export interface DownloadLimitOptions {
  /** Most at once of one organization. */
  readonly perOrganization: number;
  /** Most at once of the process. */
  readonly total: number;
}

/** How long a page or two take; the reader's pace, which says when a place is free, is unknown. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Places for downloads. They are few, because each download asks the database for page after page for as long as its
 * reader likes; and none waits for a place, because a queue would only hide that there is none.
 */
export class DownloadLimit {
  readonly #taken = new Map<string, number>();
  #total = 0;

  constructor(private readonly options: DownloadLimitOptions) {}

  /**
   * Takes a place and answers how to give it back; giving it back twice is giving it back once.
   * @throws RequestRefused 429 where there is none
   */
  take(orgId: string): () => void {
    const own = this.#taken.get(orgId) ?? 0;
    if (own >= this.options.perOrganization || this.#total >= this.options.total) {
      const message = 'Too many downloads at once. Try again when one has ended.';
      throw new RequestRefused('rate_limited', { message, retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#taken.set(orgId, own + 1);
    this.#total++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#giveBack(orgId);
      isTaken = false;
    };
  }

  #giveBack(orgId: string): void {
    const left = (this.#taken.get(orgId) ?? 0) - 1;
    if (left > 0) this.#taken.set(orgId, left);
    else this.#taken.delete(orgId);
    this.#total--;
  }
}
