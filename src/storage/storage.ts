/** Where bytes lie that outlive a process: one port, whatever keeps them. Keys are ours: letters, digits and `._/-`. */

export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** Bytes `from` up to, but not with, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface PartRef {
  readonly number: number;
  /** What `part` resolved to. */
  readonly ref: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Every method throws `storage.unreachable` where the keeper does not answer, `disk.full` where it is full. Bytes are pulled as they
 * can be written, and never collected. The chunks belong to the storage: once they are written, they may be empty.
 */
export interface Storage {
  /** Bytes; a part that is not the last one may not be smaller. */
  readonly smallestPart: number;
  /** All of the bytes under the key, or nothing. Throws `upload.incomplete` where there are more or fewer than `size`. */
  put(key: string, bytes: AsyncIterable<Uint8Array>, size: number): Promise<void>;
  /** Throws `file.missing`, before the first byte. */
  get(key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>;
  /** Undefined = there is nothing under the key. */
  size(key: string): Promise<number | undefined>;
  /** An upload in parts, which come in any order and several at once; nothing is visible before `complete`. */
  begin(key: string): Promise<string>;
  /** A part that is sent again replaces what was there. Resolves to its `ref`. Throws `upload.incomplete`. */
  part(key: string, upload: string, number: number, bytes: AsyncIterable<Uint8Array>, size: number): Promise<string>;
  /** The parts one behind the other under the key, which does nothing where that was done. Throws `object.changed` for another `ref`. */
  complete(key: string, upload: string, parts: readonly PartRef[]): Promise<void>;
  abort(key: string, upload: string): Promise<void>;
  /** The object and whatever was left behind of attempts to write it. Nothing there is fine. */
  delete(key: string): Promise<void>;
  /** In the order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** An address with which whoever has it fetches the object for some seconds, without us. Absent = there is none. */
  link?(key: string, seconds: number): Promise<string>;
  /** A file of this machine that nobody writes to any more, under a second name. False where it must be put. Absent = always. */
  adopt?(key: string, path: string): Promise<boolean>;
  /** A path that leads to the object on this machine. Absent = it has to be fetched. */
  path?(key: string): string;
}
