/** Why there can be no demo, in words that say what to change. */
export class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}
