/** The key that is created in the golden files, and what it is like later. */
const CREATED = {
  ...{ id: 'ak_2YkLm3pQrStUvWxYz012', name: 'GRC pipeline', description: null, type: 'service', environment: 'live' },
  ...{ access: 'scoped', scopes: ['audit:read', 'runs:read'], status: 'active', hint: 'ak_live_2YkL…cdef' },
  ...{ created_at: 1_767_225_600, updated_at: 1_767_225_600, expires_at: 1_798_761_600, last_used_at: null },
  ...{ revoked: false, expired: false, revoked_at: null, revocation_reason: null },
  ...{ suspended_at: null, suspension_reason: null, rotated_from: null, rotated_to: null, grace_expires_at: null },
  ...{ created_by: { type: 'user', id: 'user_2Zx9' }, created_by_user_id: 'user_2Zx9' },
} as const;

const USED = { ...CREATED, last_used_at: 1_767_225_600 };

const UPDATED = {
  ...USED,
  ...{ name: 'GRC pipeline (Acme)', description: 'Nightly', access: 'full', scopes: ['audit:read'] },
} as const;

const SUCCESSOR = 'ak_2YkLm3pQrStUvWxY7fGh';

const ROTATED = {
  ...UPDATED,
  ...{ status: 'rotating', updated_at: 1_767_225_640, rotated_to: SUCCESSOR, grace_expires_at: 1_767_229_240 },
} as const;

export const SAMPLE_KEYS = {
  'api_key.created': CREATED,
  'api_key.expiring': USED,
  'api_key.suspended': {
    ...UPDATED,
    ...{ status: 'suspended', updated_at: 1_767_225_620 },
    ...{ suspended_at: 1_767_225_620, suspension_reason: 'Under review' },
  },
  'api_key.reactivated': { ...UPDATED, updated_at: 1_767_225_630 },
  'api_key.rotated': ROTATED,
  'api_key.revoked': {
    ...ROTATED,
    ...{ scopes: [], status: 'revoked', updated_at: 1_767_225_650, grace_expires_at: 1_767_225_650 },
    ...{ revoked: true, revoked_at: 1_767_225_650, revocation_reason: 'Found in a log' },
  },
  'api_key.deleted': {
    ...UPDATED,
    ...{ id: SUCCESSOR, hint: 'ak_live_2YkL…7890', rotated_from: 'ak_2YkLm3pQrStUvWxYz012' },
    ...{ created_at: 1_767_225_640, updated_at: 1_767_225_640, expires_at: 1_798_761_640 },
  },
} as const;
