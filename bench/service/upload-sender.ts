/** `authorization bytes url…`: sends that many bytes to each of them, all at once. */
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [, , authorization = '', bytes = '0', ...urls] = process.argv;
const chunk = Buffer.alloc(1 << 16, 'x');

function* pieces(left: number): Generator<Buffer> {
  for (; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
}

async function send(url: string): Promise<void> {
  const sending = request(url, { method: 'PUT', headers: { authorization, 'content-length': bytes } });
  const answered = new Promise<number>((done, fail) => {
    sending.on('error', fail).on('response', (answer) => {
      answer.resume();
      done(answer.statusCode ?? 0);
    });
  });
  const sent = pipeline(Readable.from(pieces(Number(bytes))), sending);
  // Who is refused need not send the rest.
  const status = await Promise.race([answered, sent.then(() => answered)]);
  if (status === 200) return await sent;
  sending.destroy();
  await sent.catch(() => undefined);
  throw new Error(`an upload was answered with ${status}`);
}

await Promise.all(urls.map(send));
