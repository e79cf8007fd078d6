/** How many days ahead it is told that a key's lifetime ends. */
export const EXPIRY_NOTICE_DAYS = [7, 1] as const;

export type ExpiryNoticeDays = (typeof EXPIRY_NOTICE_DAYS)[number];

/** The second from which on it is told. */
export function expiryNoticeAt(expiresAt: number, daysLeft: ExpiryNoticeDays): number {
  return expiresAt - daysLeft * 86_400;
}
