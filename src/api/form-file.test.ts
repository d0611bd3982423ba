import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formFile, startOfFile } from './form-file.ts';

const mark = '--b1';
const part = (name: string, value: string): string =>
  `${mark}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${value}\r\n`;

/** In pieces of so many bytes. */
function asked(text: string, piece: number, type = 'multipart/form-data; boundary=b1') {
  const bytes = Buffer.from(text);
  return {
    headers: new Headers({ 'content-type': type, 'content-length': String(bytes.length) }),
    bytes: () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += piece) controller.enqueue(bytes.subarray(at, at + piece));
          controller.close();
        },
      }),
  };
}

async function content(text: string, piece: number, type?: string): Promise<string> {
  const { bytes, size } = await formFile(asked(text, piece, type));
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  assert.equal(all.length, size);
  return all.toString();
}

test('the last field called file is the file, however it arrives', async () => {
  const file = 'a,b\r\n--b1 is no end\r\n1,2\n';
  const whole = `${part('key', 'file_1')}${part('policy', 'x')}${part('file', file)}${mark}--\r\n`;
  for (const piece of [1, 7, 100, 10_000]) assert.equal(await content(whole, piece), file);
  assert.equal(await content(`${part('file', '')}${mark}--\r\n`, 10_000), '');
  assert.equal(await content(whole, 50, 'multipart/form-data; boundary="b1"'), file);
});

test('other forms, and those that are cut off, are refused', async () => {
  await assert.rejects(content(`${part('key', 'x')}${mark}--\r\n`, 10), /no field called file/);
  for (const piece of [1, 10, 1000])
    await assert.rejects(content(`${part('file', 'x')}${part('key', 'y')}${mark}--\r\n`, piece), /not its last field/);
  await assert.rejects(content(part('file', 'x'), 10), /cut off/);
  await assert.rejects(content('x', 10, 'text/plain'), /no multipart/);
});

test('a field whose file name is file is another one', () => {
  assert.equal(
    startOfFile(Buffer.from(`${mark}\r\nContent-Disposition: form-data; name="key"; filename="file"\r\n\r\nx`), mark),
    undefined,
  );
});
