/** What an operator's command cannot do, in words that say what to change. */
export class OperatorFailed extends Error {
  override readonly name = 'OperatorFailed';
}
