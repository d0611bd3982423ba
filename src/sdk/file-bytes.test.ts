import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { checkCsv, csvBytes, isWireCsv } from './file-bytes.ts';
import type { CsvDialect, FileRef } from './source.ts';

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'bytes-'))));
after(async () => await rm(folder, { recursive: true }));

const dialect: CsvDialect = { delimiter: ',', quote: '"', escape: '"', header: true };
const columns = ['a', 'b'].map((name) => ({ name, type: { kind: 'text' as const }, nullable: true }));

async function refOf(content: string | Buffer, csv = dialect): Promise<FileRef> {
  const path = join(folder, 'f.csv');
  await writeFile(path, content);
  const { size, mtimeNs } = await stat(path, { bigint: true });
  return { path, size: Number(size), modified: String(mtimeNs), csv, schema: { fields: columns } };
}

async function wire(content: string | Buffer, header = true): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of csvBytes(await refOf(content, { ...dialect, header }))) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

test('header and BOM go, records stay byte for byte', async () => {
  assert.equal(await wire('\ufeffa,b\n1,"x\n""y"""\n"",\n'), '1,"x\n""y"""\n"",\n');
  assert.equal(await wire('"a\nz",b\n1,2\n'), '1,2\n');
  assert.equal(await wire('1,2\n', false), '1,2\n');
  assert.equal(await wire('a,b\n1,2'), '1,2\n');
  assert.equal(await wire('a,b\n'), '');
  assert.equal(await wire('a,b'), '');
});

test('line ends outside quotes become line feeds, also mixed ones; those inside stay', async () => {
  assert.equal(await wire('a,b\r\n1,"x\r\ny"\r\n"2",3\n4,"5"\r\n'), '1,"x\r\ny"\n"2",3\n4,"5"\n');
});

test('records cross chunk edges', async () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => `${i},"line\r\n${'x'.repeat(i % 61)}""${i}"`);
  assert.equal(await wire(`a,b\r\n${rows.join('\r\n')}\r\n`), `${rows.join('\n')}\n`);
});

test('a quote inside a value that is not quoted, and an open quote, are refused', async () => {
  await assert.rejects(wire('a,b\n1,5" disk\n2,6" disk\n'), { code: 'file.format' });
  await assert.rejects(wire('a,b\n1,"x"y\n'), { code: 'file.format' });
  await assert.rejects(wire('a,b\n1,"x\n'), { code: 'file.truncated' });
});

test('a carriage return that ends no line, wherever the file is cut, and a zero byte are refused', async () => {
  for (const bad of [
    'a\rb,c\n1,2\n',
    'a,b\r1,2\r',
    'a,b\n1\r,2\n',
    'a,b\n1,2\r',
    'a,b\n1,\0\n',
    `a,b\n1,${'x'.repeat(262_137)}\ry\n`,
  ]) {
    await assert.rejects(wire(bad), { code: 'file.format' });
  }
});

test('a file taken at its word is read to its end before another reader has it', async () => {
  const bad = await refOf('a,b\n1,5" disk\n', { ...dialect, asGiven: true });
  await assert.rejects(checkCsv(bad), { code: 'file.format' });
  await checkCsv({ ...bad, csv: dialect });
});

test('a file written to in the meantime is refused', async () => {
  const file = await refOf('a,b\n1,2\n');
  await writeFile(file.path, 'a,b\n1,2\n3,4\n');
  await assert.rejects(Array.fromAsync(csvBytes(file)), { code: 'file.changed' });
});

test('only the comma dialect with more than one column passes as it is', async () => {
  const file = await refOf('');
  assert.equal(isWireCsv(file), true);
  assert.equal(isWireCsv({ ...file, csv: { ...dialect, delimiter: ';' } }), false);
  assert.equal(isWireCsv({ ...file, schema: { fields: columns.slice(1) } }), false);
});
