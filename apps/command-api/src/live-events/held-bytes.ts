/** What a process holds for all readers that are behind, together: what the feeds owe them. */
export class HeldBytes {
  #total = 0;

  constructor(private readonly most: number) {}

  add(bytes: number): void {
    this.#total += bytes;
  }

  get areTooMany(): boolean {
    return this.#total > this.most;
  }

  get total(): number {
    return this.#total;
  }
}
