/** Is a file there, and is it what its name says? Answers before anything is parsed, in words that a person can act on. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { HeadgateError } from '../../domain/error.ts';
import { isErrno } from './errno.ts';
import type { FileFormat } from './location.ts';

export interface FileFacts {
  readonly size: number;
  /** Nanoseconds since 1970, as text. */
  readonly modified: string;
  /** The first bytes: the whole file where it is small. */
  readonly head: Buffer;
}

/** Enough to see a header and some hundred records. */
const headBytes = 1 << 18;

const magics: readonly { readonly bytes: string; readonly is: string }[] = [
  { bytes: '1f8b', is: 'gzip' },
  { bytes: '504b0304', is: 'a ZIP archive or a spreadsheet' },
  { bytes: '50415231', is: 'Parquet' },
  { bytes: '28b52ffd', is: 'zstd' },
  { bytes: '425a68', is: 'bzip2' },
  { bytes: 'fd377a585a', is: 'xz' },
  { bytes: '25504446', is: 'PDF' },
  { bytes: '53514c69746520666f726d6174', is: 'a SQLite database' },
  { bytes: 'd0cf11e0', is: 'an old spreadsheet' },
  { bytes: 'fffe', is: 'UTF-16 text' },
  { bytes: 'feff', is: 'UTF-16 text' },
];

/** What the first bytes say the file is; absent = plain text, as far as they show. */
export function seems(head: Buffer): string | undefined {
  const magic = magics.find(({ bytes }) => head.subarray(0, bytes.length / 2).toString('hex') === bytes);
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
  if (head.includes(0)) return 'binary data';
  return undefined;
}

/** Opens, looks, closes. Throws `file.missing`, `access.denied`, `file.format`, `file.truncated`. */
export async function inspect(path: string, format: FileFormat): Promise<FileFacts> {
  await using handle = await openFile(path);
  const stat = await handle.stat({ bigint: true });
  if (stat.isDirectory()) throw notA(format, path, 'a directory');
  const size = Number(stat.size); // bytes of a local file: far below 2^53
  if (size === 0) throw notA(format, path, 'empty');
  const head = await readAt(handle, 0, Math.min(size, headBytes));
  const facts = { size, modified: String(stat.mtimeNs), head };
  if (format === 'parquet') {
    await checkParquet(handle, path, facts);
    return facts;
  }
  const found = seems(head);
  if (found !== undefined && !(format === 'ndjson' && found === 'JSON lines')) throw notA(format, path, found);
  if (format === 'ndjson' && !/^(?:\ufeff)?\s*\{/.test(head.toString('utf8'))) throw notA(format, path, 'other text');
  if (!isUtf8(head, size > head.length)) throw notA(format, path, 'text in another encoding than UTF-8');
  return facts;
}

async function checkParquet(handle: FileHandle, path: string, { size, head }: FileFacts): Promise<void> {
  if (head.subarray(0, 4).toString('latin1') !== 'PAR1') throw notA('parquet', path, seems(head) ?? 'other text');
  const tail = size < 12 ? Buffer.alloc(0) : await readAt(handle, size - 4, 4);
  if (tail.toString('latin1') !== 'PAR1') {
    throw new HeadgateError('file.truncated', `reading ${path}: the footer that ends a Parquet file is missing`);
  }
}

/** A head may end inside a character. */
function isUtf8(head: Buffer, cut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: cut });
    return true;
  } catch {
    return false;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw new HeadgateError('file.missing', `opening ${path}: there is no such file`);
    if (isErrno(error, 'EACCES', 'EPERM')) throw new HeadgateError('access.denied', `opening ${path}: it may not be read`);
    throw error;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function notA(format: FileFormat, path: string, found: string): HeadgateError {
  return new HeadgateError('file.format', `reading ${path} as ${format}: it is ${found}`);
}
