/** One setting of the process: an environment variable with what it may hold. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  readonly kind: SettingKind<T>;
  /** What holds where the variable is missing or empty. */
  readonly default: T;
  /** One sentence for the documentation. */
  readonly description: string;
}

export interface SettingKind<T> {
  /** Ends the sentence "must be …". */
  readonly is: string;
  /** The value, or undefined where the text is none of this kind. */
  parse(text: string): T | undefined;
}
