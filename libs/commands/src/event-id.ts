import { createHash } from 'node:crypto';

/**
 * The id of a command's n-th event: uuid v5 (RFC 9562) of the number within the command's id as namespace. A repeated
 * command gives the same ids, so that the store recognises what it has already.
 */
export function eventId(commandId: string, index: number): string {
  const namespace = Buffer.from(commandId.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(namespace).update(String(index)).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
