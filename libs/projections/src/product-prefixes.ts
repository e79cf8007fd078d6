/**
 * The streams whose events are the product's: each counts in its organization's `seq`. One list for every projection,
 * so that all of them agree on `seq` and all of them reach every position.
 */
export const PRODUCT_PREFIXES: readonly string[] = ['apiKey-', 'audit-', 'job-', 'policyType-', 'webhook-'];
