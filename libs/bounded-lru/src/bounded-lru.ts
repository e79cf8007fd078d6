interface Node<Key, Value> {
  readonly key: Key;
  value: Value;
  weight: number;
  newer: Node<Key, Value> | null;
  older: Node<Key, Value> | null;
  /** How many nodes had become the newest when this one did. */
  movedAt: number;
}

/**
 * A map of bounded total weight that forgets what was unused for long. What is used moves to the newest end of a list, but
 * only once it may have left the newer half of it: a set of entries that are used all the time stays where it is, and a
 * use costs one comparison. (Deleting and setting a key of a Map again makes it grow and rehash all the time.)
 */
export class BoundedLru<Key, Value> {
  readonly #nodes = new Map<Key, Node<Key, Value>>();
  #newest: Node<Key, Value> | null = null;
  #oldest: Node<Key, Value> | null = null;
  #weight = 0;
  #moves = 0;

  /** @param capacity the most that all weights may sum up to; the newest entry stays even where it alone is more */
  constructor(private readonly capacity: number) {}

  /** The sum of all weights. */
  get weight(): number {
    return this.#weight;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The value, which counts as used now. */
  get(key: Key): Value | undefined {
    const node = this.#nodes.get(key);
    if (node === undefined) return undefined;
    if (2 * (this.#moves - node.movedAt) >= this.#nodes.size && node !== this.#newest) {
      this.#unlink(node);
      this.#link(node);
    }
    return node.value;
  }

  /** The value, which does not count as used. */
  peek(key: Key): Value | undefined {
    return this.#nodes.get(key)?.value;
  }

  /** Adds or replaces an entry, which counts as used now, and makes room for it. */
  set(key: Key, value: Value, weight = 1): void {
    this.delete(key);
    const node: Node<Key, Value> = { key, value, weight, newer: null, older: null, movedAt: 0 };
    this.#nodes.set(key, node);
    this.#link(node);
    this.#weight += weight;
    this.#makeRoom();
  }

  /** Replaces the value of an entry that is there, which does not count as used. */
  update(key: Key, value: Value, weight = 1): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    this.#weight += weight - node.weight;
    node.value = value;
    node.weight = weight;
    this.#makeRoom();
  }

  delete(key: Key): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    this.#nodes.delete(key);
    this.#unlink(node);
    this.#weight -= node.weight;
  }

  clear(): void {
    this.#nodes.clear();
    this.#newest = null;
    this.#oldest = null;
    this.#weight = 0;
  }

  #makeRoom(): void {
    while (this.#weight > this.capacity && this.#oldest !== null && this.#oldest !== this.#newest) {
      this.delete(this.#oldest.key);
    }
  }

  #link(node: Node<Key, Value>): void {
    this.#moves += 1;
    node.movedAt = this.#moves;
    node.older = this.#newest;
    if (this.#newest !== null) this.#newest.newer = node;
    this.#newest = node;
    this.#oldest ??= node;
  }

  #unlink(node: Node<Key, Value>): void {
    if (node.newer === null) this.#newest = node.older;
    else node.newer.older = node.older;
    if (node.older === null) this.#oldest = node.newer;
    else node.older.newer = node.newer;
    node.newer = null;
    node.older = null;
  }
}
