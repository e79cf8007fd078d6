import type { KeyEnvironment } from '#libs/domain';

/*
 * The parts of a secret (docs/security.md): `ak_live_` or `ak_test_`, the 20 characters of the key's id, 43 that
 * carry 256 random bits, and 6 of checksum.
 */

export const SECRET_PREFIX: Readonly<Record<KeyEnvironment, string>> = { live: 'ak_live_', test: 'ak_test_' };
export const ID_START = 8;
export const RANDOM_START = ID_START + 20;
export const CHECKSUM_START = RANDOM_START + 43;
export const SECRET_LENGTH = CHECKSUM_START + 6;
