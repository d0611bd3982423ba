import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { oddQuotes, recordEnd, spool } from './parts.ts';

const csvText = fc
  .array(fc.constantFrom('a', '""', '"x,\n"', ',', '\n', 'é', '"', '"\n'), { maxLength: 60 })
  .map((parts) => parts.join(''));

test('quotes are counted at any alignment', () => {
  fc.assert(
    fc.property(csvText, fc.nat(7), (text, shift) => {
      const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).subarray(shift);
      assert.equal(oddQuotes(bytes), (text.split('"').length - 1) % 2 === 1);
    }),
  );
});

test('a record ends at the last line break with an even number of quotes before it', () => {
  fc.assert(
    fc.property(csvText, fc.boolean(), (text, open) => {
      const bytes = Buffer.from(text);
      let [inside, end] = [open, 0];
      bytes.forEach((byte, i) => {
        if (byte === 34) inside = !inside;
        if (byte === 10 && !inside) end = i + 1;
      });
      assert.equal(recordEnd(bytes, open), end);
    }),
  );
});

test('parts together are the document, and each ends with a record', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'headgate-parts-'));
  const records = Array.from({ length: 500 }, (_, i) => (i % 3 ? `${i},"a\n""${i}"\n` : `${i},\n`));
  const bytes = Buffer.from(records.join(''));
  for (const piece of [1, 13, 4096]) {
    const parts: string[] = [];
    async function* data(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    }
    const total = await spool(data(), dir, 1000, async (path) => {
      parts.push(await readFile(path, 'utf8'));
      await rm(path);
    });
    assert.equal(total, bytes.length);
    assert.equal(parts.join(''), bytes.toString());
    assert.ok(parts.length > 1);
    for (const part of parts) assert.match(part, /^\d+,[^]*\n$/);
  }
  assert.deepEqual(await readdir(dir), []);
  await rm(dir, { recursive: true });
});

test('a document that ends inside a record, or whose reader fails, leaves no part', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'headgate-parts-'));
  async function* cut(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('1,"a');
  }
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('1,a\n');
    throw new Error('lost');
  }
  await assert.rejects(
    spool(cut(), dir, 10, async () => {}),
    { code: 'read.incomplete' },
  );
  await assert.rejects(
    spool(broken(), dir, 10, async () => {}),
    { message: 'lost' },
  );
  assert.deepEqual(await readdir(dir), []);
  await rm(dir, { recursive: true });
});
