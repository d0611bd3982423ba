import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { HeadgateError } from '../../../domain/error.ts';
import { fileConfig } from '../location.ts';
import { xlsAsCsv } from './xls.ts';

/** Written by another program (xlwt 1.3), the second with days from 1904. */
const old = new URL('../../../../test/support/old-book.xls', import.meta.url).pathname;
const of1904 = new URL('../../../../test/support/old-book-1904.xls', import.meta.url).pathname;
const book = await readFile(old);
const scratch = await mkdtemp(join(tmpdir(), 'xls-'));
after(async () => await rm(scratch, { recursive: true }));
const { signal } = new AbortController();

const config = (more: object = {}) => fileConfig.parse({ path: 'a.xls', format: 'csv', ...more });

async function csvOf(path: string, more: object = {}): Promise<string> {
  const { rows } = await xlsAsCsv({ path, name: 'a.xls', size: book.length }, config(more), signal);
  const pieces: Buffer[] = [];
  for await (const piece of rows) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

async function changed(bytes: Uint8Array): Promise<string> {
  const path = join(scratch, 'changed.xls');
  await writeFile(path, bytes);
  return path;
}

const first = `id,day,moment,zip,amount,note,ok,at,sum
1,2024-01-01,2024-01-01 12:30:00,00501,0.1,"a, ""b""
c 🙂 é",true,06:30:00,""
1234567890123,2024-02-29,,10001,0.00000015,,false,,
`;

test('cells as the file stores them, days as ISO text, from 1900 as from 1904', async () => {
  assert.equal(await csvOf(old), first);
  assert.equal(await csvOf(of1904), first);
});

test('another sheet by its name or number; one that is not there is told from those that are', async () => {
  for (const sheet of ['Second sheet', '2']) assert.equal(await csvOf(old, { sheet }), 'x\ny\n');
  await assert.rejects(csvOf(old, { sheet: 'none' }), { code: 'file.missing', hint: /Orders, Second sheet/ });
});

test('whatever bytes are changed or missing: rows, or words about the file', async () => {
  const cut = fc.nat(book.length - 1).map((at) => book.subarray(0, at));
  const flipped = fc.tuple(fc.nat(book.length - 1), fc.nat(255)).map(([at, to]) => {
    const bytes = Buffer.from(book);
    bytes[at] = to;
    return bytes;
  });
  const told = async (bytes: Uint8Array): Promise<void> => {
    try {
      await csvOf(await changed(bytes));
    } catch (error) {
      assert.ok(error instanceof HeadgateError, String(error));
      assert.ok(['file.format', 'file.limit', 'file.missing'].includes(error.code), error.message);
    }
  };
  await fc.assert(fc.asyncProperty(fc.oneof(cut, flipped), told), { numRuns: 20 });
});

test('a password is called one', async () => {
  // Behind the beginning of the workbook, two records of 12 bytes become one that says how the others are locked.
  const at = book.indexOf('e1000200b004c1000200', 0, 'hex');
  assert.ok(at > 0);
  const bytes = Buffer.from(book);
  bytes.write('2f0008000000123456780000', at, 'hex');
  await assert.rejects(csvOf(await changed(bytes)), { code: 'file.format', message: /protected by a password/ });
});

test('there is an end to its size, to what becomes of it, and to waiting for it', async () => {
  const large = xlsAsCsv({ path: old, name: 'a.xls', size: 2 ** 28 }, config(), signal);
  await assert.rejects(large, { code: 'file.limit' });
  await assert.rejects(csvOf(old, { limit: 10 }), { code: 'file.limit' });
  const stopped = xlsAsCsv({ path: old, name: 'a.xls', size: book.length }, config(), AbortSignal.abort());
  await assert.rejects(stopped, { name: 'AbortError' });
});
