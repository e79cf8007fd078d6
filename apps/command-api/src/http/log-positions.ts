import { toPosition, type Position } from '#libs/event-store';
import type { OpaqueTokens } from '#libs/keyring';

const PURPOSE = 'log-position';

/** Every position is as long as the longest, for the length would tell how long the log is. */
const DIGITS = 20;

/** `X-Log-Position`: positions as they leave the process, saying nothing of how much lies between two of them. */
export class LogPositions {
  constructor(private readonly tokens: OpaqueTokens) {}

  seal(position: Position): string {
    return this.tokens.seal(PURPOSE, position.toString().padStart(DIGITS, '0'));
  }

  /** The position, or null for a token that is not ours. */
  open(token: string): Position | null {
    const value = this.tokens.open(PURPOSE, token);
    return value === null ? null : toPosition(value);
  }
}
