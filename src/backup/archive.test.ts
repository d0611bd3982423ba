import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { packed, unpacked, type Entry } from './archive.ts';
import { headerOf, readHeader } from './tar.ts';

const folder = await mkdtemp(join(tmpdir(), 'headgate-archive-'));
after(async () => await rm(folder, { recursive: true, force: true }));

const long = `data/${'ü'.repeat(80)}/${'x'.repeat(120)}.csv`;
const contents = new Map([
  ['manifest.json', Buffer.from('{}')],
  ['empty', Buffer.alloc(0)],
  ['block', Buffer.alloc(512, 1)],
  [long, Buffer.alloc(100_000, 2)],
]);

async function* entries(): AsyncGenerator<Entry> {
  for (const [name, content] of contents) yield await Promise.resolve({ name, size: content.length, content: [content] });
}

async function write(name: string): Promise<string> {
  const path = join(folder, name);
  await pipeline(packed(entries()), createWriteStream(path));
  return path;
}

async function read(path: string, wanted = (_name: string): boolean => true): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { name, content } of unpacked(path)) {
    if (wanted(name)) found.set(name, Buffer.concat(await Array.fromAsync(content)));
  }
  return found;
}

test('what goes in comes out, also where an entry is not read', async () => {
  const path = await write('whole');
  assert.deepEqual(await read(path), contents);
  assert.deepEqual([...(await read(path, (name) => name === 'block')).keys()], ['block']);
});

test('tar reads it, with its names', async () => {
  const path = await write('foreign');
  const plain = join(folder, 'foreign.tar');
  await writeFile(plain, zstdDecompressSync(await readFile(path)));
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const listed = execFileSync('tar', ['-tf', plain, '--quoting-style=literal'], { encoding: 'utf8', env }).trim().split('\n');
  assert.deepEqual(listed, [...contents.keys(), 'SHA256SUMS']);
});

test('one that was cut, changed or is something else is refused', async () => {
  const whole = await readFile(await write('some'));
  const plain = zstdDecompressSync(whole);
  plain.writeUInt8(9, plain.indexOf(Buffer.alloc(512, 1)) + 5);
  const { zstdCompressSync } = await import('node:zlib');
  for (const bytes of [
    whole.subarray(0, whole.length - 20),
    whole.subarray(0, 10),
    Buffer.from('hello'),
    zstdCompressSync(plain),
  ]) {
    const path = join(folder, 'bad');
    await writeFile(path, bytes);
    await assert.rejects(read(path), { code: 'backup.damaged' });
  }
  await assert.rejects(read(join(folder, 'nothing')), { code: 'file.missing' });
});

test('a size of any length is kept', () => {
  for (const size of [0, 8 ** 11 - 1, 8 ** 11, 2 ** 50]) assert.equal(readHeader(headerOf('f', size)).size, size);
});

test('a file that became shorter is no backup', async () => {
  async function* short(): AsyncGenerator<Entry> {
    yield await Promise.resolve({ name: 'a', size: 5, content: [Buffer.from('abc')] });
  }
  await assert.rejects(pipeline(packed(short()), createWriteStream(join(folder, 'short'))), { code: 'file.changed' });
});
