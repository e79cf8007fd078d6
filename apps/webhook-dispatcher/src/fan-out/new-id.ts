import { randomInt } from 'node:crypto';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A delivery's id that nothing can be told from. */
export function newDeliveryId(): string {
  return `dlv_${Array.from({ length: 20 }, () => BASE62[randomInt(62)]).join('')}`;
}
