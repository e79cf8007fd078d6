/** Registries below which anybody has names of two labels, such as `co.uk` and `com.br`. */
const REGISTRY = /(^|\.)[a-z]{2,3}\.[a-z]{2}$/;

/**
 * The last labels of a name, so that all names for which one party runs the name server count together. A list of public
 * suffixes would be exact and out of date; a name put with strangers waits for them at worst.
 */
export function siteOf(hostname: string): string {
  const labels = hostname.split('.');
  const twoLabels = labels.slice(-2).join('.');
  return REGISTRY.test(twoLabels) && labels.length > 2 ? labels.slice(-3).join('.') : twoLabels;
}
