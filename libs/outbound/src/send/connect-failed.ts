/** No connection came about: `connect` where TCP failed, `tls` where the other side could not prove who it is. */
export class ConnectFailed extends Error {
  override readonly name = 'ConnectFailed';

  constructor(
    readonly errorClass: 'connect' | 'tls' | 'blocked',
    /** Such as `ECONNREFUSED` or `CERT_HAS_EXPIRED`, for the operator's log. */
    readonly reason: string,
  ) {
    super('no connection');
  }
}
