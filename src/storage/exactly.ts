import { HeadgateError } from '../domain/error.ts';
import { grouped } from '../domain/count.ts';

/** The same bytes. Throws `upload.incomplete` where there are more or fewer than `size`: at once, or at their end. */
export async function* exactly(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of bytes) {
    count += chunk.length;
    if (count > size) throw wrong(size, 'more');
    yield chunk;
  }
  if (count < size) throw wrong(size, 'fewer');
}

function wrong(size: number, what: 'more' | 'fewer'): HeadgateError {
  return new HeadgateError('upload.incomplete', `storing ${grouped(size)} bytes: ${what} of them came`);
}
