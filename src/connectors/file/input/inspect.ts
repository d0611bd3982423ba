/** Is a file there, and is it what its name says? Answers before anything is parsed, in words that a person can act on. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { HeadgateError } from '../../../domain/error.ts';
import { isErrno } from '../../../domain/errno.ts';
import type { FileFormat } from '../location.ts';

export interface FileFacts {
  readonly size: number;
  /** Nanoseconds since 1970, as text. */
  readonly modified: string;
  /** The first bytes: the whole file where it is small. */
  readonly head: Buffer;
}

/** Enough to see a header and some hundred records. */
const headBytes = 1 << 18;

/** Of the container in which old spreadsheets lie, among other things. */
const oldBook = 'd0cf11e0';

const magics: readonly { readonly bytes: string; readonly is: string }[] = [
  { bytes: '1f8b', is: 'gzip' },
  { bytes: '504b0304', is: 'a ZIP archive' },
  { bytes: '50415231', is: 'Parquet' },
  { bytes: '28b52ffd', is: 'zstd' },
  { bytes: '425a68', is: 'bzip2' },
  { bytes: 'fd377a585a', is: 'xz' },
  { bytes: '25504446', is: 'PDF' },
  { bytes: '53514c69746520666f726d6174', is: 'a SQLite database' },
  { bytes: oldBook, is: 'a spreadsheet of the old kind (.xls)' },
];

/** Inside of the same old container: a new spreadsheet that only its password opens. */
const locked = Buffer.from('EncryptedPackage', 'utf16le');

/** How the bytes are packed, where it is in a way that we open. */
export function packingOf(head: Buffer): 'gzip' | 'zstd' | 'zip' | 'xls' | undefined {
  const start = head.subarray(0, 4).toString('hex');
  if (start === oldBook) return head.includes(locked) ? undefined : 'xls';
  if (start.startsWith('1f8b')) return 'gzip';
  if (start === '504b0304' || start === '504b0506') return 'zip';
  return start === '28b52ffd' || /^5[0-9a-f]2a4d18$/.test(start) ? 'zstd' : undefined;
}

/** What the first bytes say the file is; absent = plain text, as far as they show. */
export function seems(head: Buffer): string | undefined {
  const magic = magics.find(({ bytes }) => head.subarray(0, bytes.length / 2).toString('hex') === bytes);
  if (magic?.bytes === oldBook && head.includes(locked)) return 'protected by a password: save it without one';
  if (magic) return magic.is;
  const start = head
    .subarray(0, 512)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  if (/^(?:<!doctype html|<html)/.test(start)) return 'a web page';
  if (start.startsWith('<?xml')) return 'XML';
  if (/^\[\s*(?:\{|\])/.test(start)) return 'a JSON array';
  if (/^\{\s*"/.test(start)) return 'JSON lines';
  if (looksBinary(head)) return 'binary data';
  return undefined;
}

/** Where JSON was to be: with or without the first line that XML may have. */
export const isXml = (head: Buffer): boolean =>
  seems(head) !== 'a web page' && /^\ufeff?\s*<(?:[?!]|[\p{L}_])/u.test(head.subarray(0, 512).toString('utf8'));

/** As the first line of XML says; undefined where there is none, or what it names is nothing. */
export function declaredEncoding(head: Buffer): { readonly encoding: string; readonly known: string } | undefined {
  const [, label] = /^<\?xml[^>]{0,200}\sencoding=["']([\w.:-]{1,40})["']/.exec(head.subarray(0, 300).toString('latin1')) ?? [];
  if (label === undefined) return undefined;
  try {
    const { encoding } = new TextDecoder(label);
    // Whoever reads this as bytes sees that it is not written in what it says.
    return encoding.startsWith('utf-16') ? undefined : { encoding, known: 'its first line says so' };
  } catch {
    return undefined;
  }
}

/** Zero bytes occur in damaged texts; among other control characters, or in numbers, they are something else. */
function looksBinary(head: Buffer): boolean {
  if (!head.includes(0)) return false;
  let [zeros, controls] = [0, 0];
  for (const byte of head) {
    if (byte === 0) zeros++;
    else if (byte < 9 || (byte > 13 && byte < 28)) controls++;
  }
  return controls > 0 || zeros * 10 > head.length;
}

/** Opens, looks, closes. Throws `file.missing`, `access.denied`, and `file.format` for what holds nothing. */
export async function inspect(path: string, name: string): Promise<FileFacts> {
  await using handle = await openFile(path, name);
  const stat = await handle.stat({ bigint: true });
  if (stat.isDirectory()) throw new HeadgateError('file.format', `reading ${name}: it is a directory`);
  const size = Number(stat.size); // bytes of a local file: far below 2^53
  if (size === 0) throw new HeadgateError('file.format', `reading ${name}: it is empty`);
  return { size, modified: String(stat.mtimeNs), head: await readAt(handle, 0, Math.min(size, headBytes)) };
}

/** The first bytes of a file, where more of them are needed than are usually looked at. */
export async function headOf(path: string, length: number): Promise<Buffer> {
  await using handle = await openFile(path, path);
  return await readAt(handle, 0, length);
}

/** Throws `file.format` where the content is not of the format that the file is read as. */
export function requireText(format: FileFormat, name: string, head: Buffer): void {
  const found = seems(head);
  if (found !== undefined && !(format === 'ndjson' && (found === 'JSON lines' || found === 'a JSON array')))
    throw notA(format, name, found);
  if (format === 'ndjson' && !/^(?:\ufeff)?\s*[[{]/.test(head.toString('utf8'))) throw notA(format, name, 'other text');
}

/** Throws `file.format`, `file.truncated`. */
export async function requireParquet(path: string, name: string, { size, head }: FileFacts): Promise<void> {
  if (head.subarray(0, 4).toString('latin1') !== 'PAR1') throw notA('parquet', name, seems(head) ?? 'other text');
  await using handle = await openFile(path, name);
  const tail = size < 12 ? Buffer.alloc(0) : await readAt(handle, size - 4, 4);
  if (tail.toString('latin1') === 'PAR1') return;
  throw new HeadgateError('file.truncated', `reading ${name}: the footer that ends a Parquet file is missing`);
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw new HeadgateError('file.missing', `opening ${name}: there is no such file`);
    if (isErrno(error, 'EACCES', 'EPERM')) throw new HeadgateError('access.denied', `opening ${name}: it may not be read`);
    throw error;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function notA(format: FileFormat, name: string, found: string): HeadgateError {
  return new HeadgateError('file.format', `reading ${name} as ${format}: it is ${found}`);
}
