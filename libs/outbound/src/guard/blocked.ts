import type { AddressClass } from '../address/address-class.js';

/** A name or literal leads where nothing may be sent. What exactly it is, is for the operator's log alone. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
  readonly code = 'blocked';

  constructor(readonly reason: AddressClass | 'own' | 'port') {
    super('the address is not allowed');
  }
}
