import fc from 'fast-check';
import { BoundedLru } from './bounded-lru.js';

const step = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), key: fc.nat(7) }),
  fc.record({ kind: fc.constant('delete' as const), key: fc.nat(7) }),
  fc.record({ kind: fc.constantFrom('set', 'update'), key: fc.nat(7), weight: fc.integer({ min: 1, max: 4 }) }),
);

/** The same rules over a plain list, oldest first: a use moves an entry once half of the list may be newer. */
class ListLru {
  entries: { key: number; value: number; weight: number; movedAt: number }[] = [];
  #moves = 0;
  constructor(private readonly capacity: number) {}
  get(key: number) {
    const entry = this.entries.find((candidate) => candidate.key === key);
    if (entry === undefined) return undefined;
    const isNewest = entry === this.entries.at(-1);
    if (!isNewest && this.#moves - entry.movedAt >= this.entries.length / 2) this.#append(entry);
    return entry.value;
  }
  set(key: number, value: number, weight: number) {
    this.#append({ key, value, weight, movedAt: 0 });
    this.#makeRoom();
  }
  update(key: number, value: number, weight: number) {
    this.entries = this.entries.map((entry) => (entry.key === key ? { ...entry, value, weight } : entry));
    this.#makeRoom();
  }
  delete(key: number) {
    this.entries = this.entries.filter((other) => other.key !== key);
  }
  get weight() {
    return this.entries.reduce((sum, { weight }) => sum + weight, 0);
  }
  #append(entry: ListLru['entries'][number]) {
    this.delete(entry.key);
    this.#moves += 1;
    this.entries.push({ ...entry, movedAt: this.#moves });
  }
  #makeRoom() {
    while (this.weight > this.capacity && this.entries.length > 1) this.entries.shift();
  }
}

it('forgets what a plain list with the same rules forgets', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (steps, capacity) => {
      const [lru, list] = [new BoundedLru<number, number>(capacity), new ListLru(capacity)];
      for (const [value, act] of steps.entries()) {
        if (act.kind === 'get') expect(lru.get(act.key)).toBe(list.get(act.key));
        else if (act.kind === 'delete') [lru, list].forEach((map) => map.delete(act.key));
        else [lru, list].forEach((map) => map[act.kind](act.key, value, act.weight));
        expect(lru.weight).toBe(list.weight);
        expect(lru.size).toBe(list.entries.length);
      }
      for (let key = 0; key < 8; key++) {
        expect(lru.peek(key)).toBe(list.entries.find((entry) => entry.key === key)?.value);
      }
    }),
  );
});

it('is empty after clear, and works on', () => {
  const lru = new BoundedLru<string, number>(2);
  lru.set('a', 1);
  lru.clear();
  expect([lru.size, lru.weight, lru.get('a')]).toEqual([0, 0, undefined]);
  lru.set('b', 2);
  expect(lru.get('b')).toBe(2);
});

it('never forgets what was used after half of the rest came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 200 }), (others) => {
      const lru = new BoundedLru<number, number>(10);
      lru.set(0, 0);
      for (const other of others) {
        lru.set(other, other);
        expect(lru.get(0)).toBe(0);
      }
    }),
  );
});
