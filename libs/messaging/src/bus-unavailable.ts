/** The bus is out of reach or too slow; publishing may be repeated. */
export class BusUnavailable extends Error {
  readonly code = 'bus_unavailable';
  override readonly name = 'BusUnavailable';
}
