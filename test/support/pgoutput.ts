/** The part of PostgreSQL's logical replication protocol (version 1) that the slot source of the tests needs. */

export type Column = { readonly name: string; readonly key: boolean };
/** Text of the value, null for NULL, undefined for a value that the server did not send (unchanged TOAST). */
export type Tuple = readonly (string | null | undefined)[];

export type Message =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit'; readonly end: bigint }
  | { readonly kind: 'relation'; readonly id: number; readonly name: string; readonly columns: readonly Column[] }
  | { readonly kind: 'insert'; readonly id: number; readonly row: Tuple }
  | { readonly kind: 'update'; readonly id: number; readonly old?: Tuple; readonly row: Tuple }
  | { readonly kind: 'delete'; readonly id: number; readonly old: Tuple }
  | { readonly kind: 'truncate'; readonly ids: readonly number[] };

class Bytes {
  #at = 0;
  readonly #data: Buffer;
  constructor(data: Buffer) {
    this.#data = data;
  }
  u8(): number {
    return this.#data.readUInt8(this.#at++);
  }
  peek(): string {
    return String.fromCharCode(this.#data.readUInt8(this.#at));
  }
  u16(): number {
    return this.#data.readUInt16BE((this.#at += 2) - 2);
  }
  u32(): number {
    return this.#data.readUInt32BE((this.#at += 4) - 4);
  }
  u64(): bigint {
    return this.#data.readBigUInt64BE((this.#at += 8) - 8);
  }
  text(): string {
    const end = this.#data.indexOf(0, this.#at);
    const value = this.#data.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return value;
  }
  take(length: number): string {
    return this.#data.toString('utf8', this.#at, (this.#at += length));
  }
}

function tuple(bytes: Bytes): Tuple {
  return Array.from({ length: bytes.u16() }, () => {
    const kind = String.fromCharCode(bytes.u8());
    if (kind === 'n') return null;
    if (kind === 'u') return undefined;
    return bytes.take(bytes.u32());
  });
}

export function decode(data: Buffer): Message | undefined {
  const bytes = new Bytes(data);
  switch (String.fromCharCode(bytes.u8())) {
    case 'B':
      return { kind: 'begin' };
    case 'C': {
      bytes.u8();
      bytes.u64();
      return { kind: 'commit', end: bytes.u64() };
    }
    case 'R': {
      const id = bytes.u32();
      const name = `${bytes.text()}.${bytes.text()}`;
      bytes.u8();
      const columns = Array.from({ length: bytes.u16() }, () => {
        const key = bytes.u8() === 1;
        const column = { name: bytes.text(), key };
        bytes.u32();
        bytes.u32();
        return column;
      });
      return { kind: 'relation', id, name, columns };
    }
    case 'I': {
      const id = bytes.u32();
      bytes.u8();
      return { kind: 'insert', id, row: tuple(bytes) };
    }
    case 'U': {
      const id = bytes.u32();
      const old = bytes.peek() === 'N' ? undefined : (bytes.u8(), tuple(bytes));
      bytes.u8();
      return { kind: 'update', id, row: tuple(bytes), ...(old && { old }) };
    }
    case 'D': {
      const id = bytes.u32();
      bytes.u8();
      return { kind: 'delete', id, old: tuple(bytes) };
    }
    case 'T': {
      const count = bytes.u32();
      bytes.u8();
      return { kind: 'truncate', ids: Array.from({ length: count }, () => bytes.u32()) };
    }
    default:
      return undefined;
  }
}
