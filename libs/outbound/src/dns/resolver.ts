/** Asks for the addresses of names. */
export interface Resolver {
  /**
   * The addresses (A and AAAA) that a name has now.
   * @throws NameNotResolved where it has none, or none that is known in time; what the signal was aborted with
   */
  resolve(hostname: string, signal: AbortSignal): Promise<readonly string[]>;
}
