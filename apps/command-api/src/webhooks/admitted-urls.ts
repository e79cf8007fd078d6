import { DomainRejection } from '#libs/domain';
import { UrlRefused, type OutboundGuard } from '#libs/outbound';

export interface AdmittedUrl {
  /** As it is kept, shown and sent to. */
  readonly url: string;
  readonly warnings: readonly 'unresolved'[];
}

/** Which URLs an endpoint may have: what the guard of outgoing requests says, as an answer of the API. */
export class AdmittedUrls {
  constructor(private readonly guard: Pick<OutboundGuard, 'parse' | 'admit'>) {}

  /** By its form alone, which no name server is asked for. @throws DomainRejection `invalid_url` */
  assertForm(text: string): void {
    try {
      this.guard.parse(text);
    } catch (error) {
      throw asRejection(error);
    }
  }

  /**
   * By what its name resolves to now.
   * @param isStored an event names it already: it stays, whatever its name resolves to by now
   * @throws DomainRejection `invalid_url`
   */
  async admit(text: string, isStored: boolean): Promise<AdmittedUrl> {
    try {
      return await this.guard.admit(text);
    } catch (error) {
      if (isStored && error instanceof UrlRefused) return { url: this.guard.parse(text).href, warnings: [] };
      throw asRejection(error);
    }
  }
}

/** A rejection leaves no mark of the `Idempotency-Key`, so that the next try is decided anew. */
function asRejection(error: unknown): unknown {
  return error instanceof UrlRefused ? new DomainRejection('invalid_url', error.message) : error;
}
