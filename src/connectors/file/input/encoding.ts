/** In which encoding a text file is written, found from all of its bytes, and its text as UTF-8. */
import { isUtf8 } from 'node:buffer';
import { HeadgateError } from '../../../domain/error.ts';
import type { Encoding } from '../location.ts';

export interface Encoded {
  readonly encoding: Encoding;
  /** How it is known: words for people. */
  readonly known: string;
}

const marks: readonly { readonly bytes: string; readonly encoding: Encoding }[] = [
  { bytes: 'efbbbf', encoding: 'utf-8' },
  { bytes: 'fffe', encoding: 'utf-16le' },
  { bytes: 'feff', encoding: 'utf-16be' },
];

/** Bytes that Windows-1252 has no character for. */
const unassigned = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/** What the first bytes alone tell: a mark, or the zero bytes of UTF-16 without one. */
export function encodingOfHead(head: Buffer): Encoded | undefined {
  const mark = marks.find(({ bytes }) => head.subarray(0, bytes.length / 2).toString('hex') === bytes);
  if (mark) return { encoding: mark.encoding, known: 'its byte order mark says so' };
  const pairs = head.length >> 1;
  const zeros = [0, 0];
  for (let at = 0; at < pairs * 2; at++) if (head[at] === 0) zeros[at & 1] = (zeros[at & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const known = 'every other byte is zero';
  if (pairs > 0 && odd * 2 > pairs && even * 10 < pairs) return { encoding: 'utf-16le', known };
  if (pairs > 0 && even * 2 > pairs && odd * 10 < pairs) return { encoding: 'utf-16be', known };
  return undefined;
}

/**
 * The encoding of a text without a mark. Bytes that are no UTF-8 mean Windows-1252, but only where no others look like UTF-8:
 * a file with both is a damaged one, and is never guessed. Throws `file.format` then.
 */
export async function encodingOfText(name: string, chunks: () => AsyncIterable<Buffer>): Promise<Encoded> {
  if (await allUtf8(chunks())) return { encoding: 'utf-8', known: 'all of its bytes are' };
  const evidence = new Evidence();
  for await (const chunk of chunks()) evidence.push(chunk);
  if (evidence.characters === 0 && evidence.unassigned === 0) {
    return { encoding: 'windows-1252', known: 'its bytes are no UTF-8' };
  }
  throw new HeadgateError(
    'file.format',
    `reading ${name}: its bytes are neither UTF-8 (the first that is not is byte ${evidence.firstBad}) nor Windows-1252`,
    { hint: 'name its encoding: encoding=windows-1252, utf-16le, utf-16be' },
  );
}

/** Costs a tenth of decoding them. */
export async function allUtf8(chunks: AsyncIterable<Buffer>): Promise<boolean> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const cut = data.length - unfinished(data);
    if (!isUtf8(data.subarray(0, cut))) return false;
    // A copy: the piece may be overwritten by the next one.
    rest = Buffer.from(data.subarray(cut));
  }
  return rest.length === 0;
}

/** How many bytes at the end begin a character that goes on. */
function unfinished(data: Buffer): number {
  for (let back = 1; back <= Math.min(3, data.length); back++) {
    const byte = data[data.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return lengthOf(byte) > back ? back : 0;
  }
  return 0;
}

const lengthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1);

/** Counts what a file of some other encoding holds: characters that are UTF-8, and bytes that are not. */
class Evidence {
  #missing = 0;
  #length = 0;
  #offset = 0;
  characters = 0;
  unassigned = 0;
  /** Counted from 1. */
  firstBad = 0;

  push(data: Buffer): void {
    for (const [at, byte] of data.entries()) {
      if (byte >= 0x80 && unassigned.has(byte) && this.#missing === 0) this.unassigned++;
      if (this.#missing > 0 && (byte & 0xc0) === 0x80) {
        if (--this.#missing === 0) this.characters++;
        continue;
      }
      if (this.#missing > 0) this.#bad(at - (this.#length - this.#missing));
      this.#length = lengthOf(byte);
      this.#missing = byte >= 0xc2 && byte < 0xf5 ? this.#length - 1 : 0;
      if (byte >= 0x80 && this.#missing === 0) this.#bad(at);
    }
    this.#offset += data.length;
  }

  #bad(at: number): void {
    if (this.firstBad === 0) this.firstBad = this.#offset + at + 1;
  }
}

/** The text of a file as UTF-8 without a mark. Throws `file.format` at bytes that are no text in that encoding. */
export async function* asUtf8(name: string, chunks: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
    yield Buffer.from(decoder.decode());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw notText(name, encoding, error);
  }
}

export function notText(name: string, encoding: Encoding, cause?: unknown): HeadgateError {
  return new HeadgateError('file.format', `reading ${name} as ${encoding}: it holds bytes that are no text in that encoding`, {
    hint: 'name its encoding: encoding=utf-8, utf-16le, utf-16be, windows-1252',
    cause,
  });
}
