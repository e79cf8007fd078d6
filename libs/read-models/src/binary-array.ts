const OIDS = { text: 25, int8: 20, bool: 16 } as const;
const HEADER_BYTES = 20;
const FIRST_BYTES = 65_536;

/**
 * One column of many rows as one parameter, for `unnest`: an array in Postgres' binary format, which the server copies
 * where it has to scan and unescape a literal. Measured on audit entries it takes a third off what a row costs the
 * server, and nothing more to make. COPY would be cheaper still, but refuses tables with row-level security.
 */
export class BinaryArray {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #end = HEADER_BYTES;
  #length = 0;

  private constructor(private readonly type: keyof typeof OIDS) {}

  /** For `$n::text[]`, or any type that text is cast to. */
  static text<Row>(rows: readonly Row[], value: (row: Row) => string | null): Buffer {
    const array = new BinaryArray('text');
    for (const row of rows) array.#text(value(row));
    return array.#finish();
  }

  /** For `$n::bigint[]`: safe integers. */
  static int8<Row>(rows: readonly Row[], value: (row: Row) => number | null): Buffer {
    const array = new BinaryArray('int8');
    for (const row of rows) array.#int8(value(row));
    return array.#finish();
  }

  /** For `$n::boolean[]`. */
  static bool<Row>(rows: readonly Row[], value: (row: Row) => boolean): Buffer {
    const array = new BinaryArray('bool');
    for (const row of rows) array.#bool(value(row));
    return array.#finish();
  }

  #text(value: string | null): void {
    if (value === null) return this.#null();
    // No UTF-16 unit takes more than three bytes.
    this.#reserve(4 + value.length * 3);
    const bytes = this.#bytes.write(value, this.#end + 4, 'utf8');
    this.#bytes.writeInt32BE(bytes, this.#end);
    this.#end += 4 + bytes;
  }

  #int8(value: number | null): void {
    if (value === null) return this.#null();
    this.#reserve(12);
    this.#bytes.writeInt32BE(8, this.#end);
    // Not writeBigInt64BE: a bigint for each number would cost more than all the rest.
    this.#bytes.writeInt32BE(Math.floor(value / 2 ** 32), this.#end + 4);
    this.#bytes.writeUInt32BE(((value % 2 ** 32) + 2 ** 32) % 2 ** 32, this.#end + 8);
    this.#end += 12;
  }

  #bool(value: boolean): void {
    this.#reserve(5);
    this.#bytes.writeInt32BE(1, this.#end);
    this.#bytes.writeUInt8(value ? 1 : 0, this.#end + 4);
    this.#end += 5;
  }

  #null(): void {
    this.#reserve(4);
    this.#bytes.writeInt32BE(-1, this.#end);
    this.#end += 4;
  }

  /** Room for one more element, which every one of them asks for once. */
  #reserve(bytes: number): void {
    this.#length++;
    if (this.#end + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#end + bytes));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }

  /** One dimension, nulls allowed, counted from 1; an empty array has no dimension. */
  #finish(): Buffer {
    this.#bytes.writeInt32BE(this.#length === 0 ? 0 : 1, 0);
    this.#bytes.writeInt32BE(1, 4);
    this.#bytes.writeInt32BE(OIDS[this.type], 8);
    this.#bytes.writeInt32BE(this.#length, 12);
    this.#bytes.writeInt32BE(1, 16);
    return this.#bytes.subarray(0, this.#length === 0 ? 12 : this.#end);
  }
}
