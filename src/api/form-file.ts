/** The file in a form (RFC 7578) as a stream: read as it comes, because it may be larger than memory. */
import { HeadgateError } from '../domain/error.ts';
import type { Incoming } from './dialect.ts';

export interface FormFile {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of the file alone. */
  readonly size: number;
}

/** Everything in front of the file's bytes. */
const longestFront = 256 * 1024;

const wrong = (what: string): HeadgateError => new HeadgateError('request.invalid', `receiving a form: ${what}`);

/**
 * The field called `file`, which is the last one. How long it is follows from the length of the request, because a storage wants to know
 * beforehand. Throws `request.invalid`; the bytes throw `upload.incomplete` where the form ends otherwise.
 */
export async function formFile(request: Pick<Incoming, 'headers' | 'bytes'>): Promise<FormFile> {
  const { headers } = request;
  const boundary = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(
    headers.get('content-type') ?? '',
  );
  const length = Number(headers.get('content-length') ?? Number.NaN);
  if (!boundary) throw wrong('it is no multipart/form-data with a boundary');
  if (!Number.isSafeInteger(length)) throw wrong('it has no Content-Length');
  const mark = `--${boundary[1] ?? boundary[2] ?? ''}`;
  const chunks = request.bytes(Number.POSITIVE_INFINITY)[Symbol.asyncIterator]();
  let front = Buffer.alloc(0);
  for (;;) {
    const start = startOfFile(front, mark);
    if (start !== undefined) {
      const end = Buffer.from(`\r\n${mark}--\r\n`);
      const size = length - start - end.length;
      if (size < 0) throw wrong('it is cut off');
      return { size, bytes: fileBytes(front.subarray(start), chunks, size, end) };
    }
    if (front.length > longestFront) throw wrong('it has no field called file among its first 256 KiB');
    const next = await chunks.next();
    if (next.done === true) throw wrong('it has no field called file');
    front = Buffer.concat([front, next.value]);
  }
}

/** Where the bytes of the field `file` begin; undefined = it has not come yet. Pure. */
export function startOfFile(front: Buffer, mark: string): number | undefined {
  for (let at = front.indexOf(mark); at >= 0; at = front.indexOf(mark, at + mark.length)) {
    const end = front.indexOf('\r\n\r\n', at);
    if (end < 0) return undefined;
    const head = front.subarray(at, end).toString('utf8');
    if (/^content-disposition:.*;\s*name="?file"?\s*(?:;|$)/im.test(head)) return end + 4;
  }
  return undefined;
}

async function* fileBytes(first: Buffer, rest: AsyncIterator<Uint8Array>, size: number, end: Buffer): AsyncGenerator<Uint8Array> {
  let left = size;
  const behind: Uint8Array[] = [];
  let chunk: Uint8Array = first;
  // What parts this field from another one: `end` without its dashes.
  const parting = Buffer.concat([end.subarray(0, -4), Buffer.from('\r\n')]);
  let before = Buffer.alloc(0);
  for (;;) {
    const own = chunk.subarray(0, left);
    const seam = Buffer.concat([before, own.subarray(0, parting.length)]);
    if (seam.includes(parting) || Buffer.from(own.buffer, own.byteOffset, own.length).includes(parting)) throw broken();
    before = Buffer.concat([before, own.subarray(-parting.length)]).subarray(-parting.length);
    left -= own.length;
    if (own.length > 0) yield own;
    if (own.length < chunk.length) behind.push(chunk.subarray(own.length));
    const next = await rest.next();
    if (next.done === true) break;
    chunk = next.value;
  }
  if (left === 0 && Buffer.concat(behind).equals(end)) return;
  throw broken();
}

const broken = (): HeadgateError =>
  new HeadgateError('upload.incomplete', 'receiving a form: the file is not its last field, or it was cut off');
