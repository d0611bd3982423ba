/** Which bytes of a file a request is about: RFC 9110, single ranges. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import type { ByteRange } from '../../storage/storage.ts';
import { grouped } from '../../domain/count.ts';

export class UnsatisfiableRange extends HeadgateError {
  /** Bytes that the file has. */
  readonly size: number;

  constructor(size: number) {
    super('request.range', `the file has ${grouped(size)} bytes, none of which are in this range`);
    this.size = size;
  }
}

export interface RangeRequest {
  readonly range: string | undefined;
  /** What the rest was asked for: another entity tag means the whole file. */
  readonly ifRange: string | undefined;
}

/** Undefined = all of it, also for what is no single range. Throws `UnsatisfiableRange`. */
export function rangeOf({ range, ifRange }: RangeRequest, etag: string, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(range ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (ifRange !== undefined && ifRange !== etag) return undefined;
  if (first === '') {
    if (last === '0' || size === 0) throw new UnsatisfiableRange(size);
    return { from: Math.max(0, size - Number(last)), to: size };
  }
  const from = Number(first);
  // An end before its beginning is no range at all.
  if (last !== '' && Number(last) < from) return undefined;
  if (from >= size) throw new UnsatisfiableRange(size);
  return { from, to: last === '' ? size : Math.min(size, Number(last) + 1) };
}
