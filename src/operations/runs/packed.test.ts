import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openPromise } from 'yauzl';
import { csvText } from './export-rows.ts';
import { withoutFolders } from './execute.ts';
import { packed } from './packed.ts';

async function* pieces(): AsyncGenerator<Buffer> {
  yield Buffer.from('a,b\n');
  yield Buffer.from('1,zwölf\n');
}

const collect = async (how: 'gzip' | 'zip' | 'none'): Promise<Buffer> =>
  Buffer.concat(await packed(pieces(), how, 'x.csv').toArray());

test('gzip and plain hold the bytes as they came', async () => {
  assert.equal((await collect('none')).toString(), 'a,b\n1,zwölf\n');
  assert.equal(gunzipSync(await collect('gzip')).toString(), 'a,b\n1,zwölf\n');
});

test('another reader finds the one member of a zip archive', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-zip-'));
  const path = join(folder, 'x.zip');
  await writeFile(path, await collect('zip'));
  const archive = await openPromise(path);
  const found: string[] = [];
  for await (const entry of archive.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await archive.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    found.push(entry.fileName, Buffer.concat(chunks).toString());
  }
  assert.deepEqual(found, ['x.csv', 'a,b\n1,zwölf\n']);
  await rm(folder, { recursive: true });
});

test('values are quoted where they must be, NULL is nothing and the empty text is not', () => {
  const rows = [
    ['a', null, ''],
    ['x"y', 'p|q', 'l\nm'],
  ];
  assert.equal(csvText(rows, { delimiter: 'pipe', quoted: true }), 'a||""\n"x""y"|"p|q"|"l\nm"\n');
  assert.equal(csvText([['a,b', null]], { delimiter: 'tab', quoted: true }), 'a,b\t\n');
  assert.equal(csvText([['a,b', 'c']], { delimiter: 'comma', quoted: false }), 'a,b,c\n');
});

test('messages hold the names of our files, not where they lie', () => {
  assert.equal(withoutFolders('reading /data/engine/1/scratch/9-1/file_1/x.csv: a quote', '/data'), 'reading x.csv: a quote');
  assert.equal(withoutFolders('DuckDB (/data/files/1/warehouse.db): no', '/data'), 'DuckDB (warehouse.db): no');
  assert.equal(withoutFolders('reading /elsewhere/x.csv', '/data'), 'reading /elsewhere/x.csv');
});
