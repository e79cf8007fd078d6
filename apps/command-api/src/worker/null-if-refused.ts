import { DomainRejection } from '#libs/domain';

/** For `catch`: a refusal by the rules is an answer, everything else is thrown on. */
export function nullIfRefused(error: unknown): null {
  if (error instanceof DomainRejection) return null;
  throw error;
}
