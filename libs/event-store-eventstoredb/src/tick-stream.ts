/** Ticks stand outside every organization: no reader of the port ever sees one as an event. */
export const TICK_PREFIX = 'keyledgerTick-';

export const TICK_TYPE = 'keyledger.tick';

/** Whether a stream is the product's to show: neither a tick nor one of the server's own. */
export function isVisible(stream: string): boolean {
  return !stream.startsWith('$') && !stream.startsWith(TICK_PREFIX);
}
