import type { Position } from '../position.js';
import type { EventStoreUnderTest } from './event-store-under-test.js';

/** That a head, or the position of a caught-up page, is just there; or behind it where the store writes by itself. */
export function expectHead({ headMovesByItself = false }: EventStoreUnderTest, head: Position, there: Position): void {
  if (headMovesByItself) expect(head >= there).toBe(true);
  else expect(head).toBe(there);
}
