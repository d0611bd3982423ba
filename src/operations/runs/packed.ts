/** Bytes as gzip, or as the one member of a zip archive. */
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { zipped } from '../files/zip.ts';

export function packed(bytes: AsyncIterable<Buffer>, how: 'gzip' | 'zip' | 'none', member: string): Readable {
  if (how === 'none') return Readable.from(bytes);
  if (how === 'zip') return Readable.from(zipped([{ name: member, bytes }]));
  const from = Readable.from(bytes);
  const gzip = createGzip({ level: 3 });
  from.once('error', (error) => gzip.destroy(error));
  return from.pipe(gzip);
}
