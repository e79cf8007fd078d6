/** The file, or what was asked of it, cannot be replayed. The message is for whoever sits in front of it. */
export class ReplayFailed extends Error {
  readonly code = 'replay_failed';
  override readonly name = 'ReplayFailed';

  static atLine(line: number, problem: string, cause?: unknown): ReplayFailed {
    return new ReplayFailed(`line ${line}: ${problem}`, { cause });
  }
}
