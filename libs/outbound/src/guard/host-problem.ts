const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Names that lead to this machine or network by their definition (RFC 6761, 6762, 8375, and ICANN's `.internal`). */
const NOT_PUBLIC = /(^|\.)(localhost|local|internal|home\.arpa)$/;

/** Why a host that is no literal cannot be a public name; null where it can. */
export function hostProblem(hostname: string): string | null {
  if (NOT_PUBLIC.test(hostname)) return 'url must name a public host.';
  const labels = hostname.split('.');
  if (labels.length < 2) return 'url must name a public host: a name with a dot in it.';
  // WHATWG lets more characters through than a name may have, and empty labels.
  if (hostname.length > 253 || !labels.every((label) => LABEL.test(label))) return 'url must name a valid host.';
  return null;
}
