import assert from 'node:assert/strict';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { DuckFolder, openDuckFolder } from '../../test/support/duck-folder.ts';
import type { Schema } from '../domain/schema.ts';
import { readCsv } from '../sdk/duck-sql.ts';
import type { FileRef } from '../sdk/index.ts';
import { parseSchemaFile } from '../rules/schema-file.ts';
import { convert } from './convert.ts';
import { Misread } from './misread.ts';

const place = await openDuckFolder(DuckFolder);
const { duck, folder } = place;
after(async () => await place[Symbol.asyncDispose]());

const { fields, rules } = parseSchemaFile(
  JSON.stringify({
    fields: [
      { name: 'id', type: 'bigint', rules: ['required'] },
      { name: 'price', type: 'decimal(12,2)', rules: [{ rule: 'range', min: '0' }] },
      { name: 'day', type: 'date' },
      { name: 'kind', type: 'text', trim: true, default: 'none' },
      { name: 'note', type: 'text', rules: [{ rule: 'length', max: 40, level: 'warning' }] },
    ],
  }),
  'schema.json',
);
const texts: Schema = { fields: fields.map(({ name }) => ({ name, type: { kind: 'text' as const }, nullable: true })) };
const output: Schema = { fields: fields.map(({ name, type }) => ({ name, type, nullable: true })) };

async function fileOf(content: string): Promise<FileRef> {
  const path = join(folder, 'in.csv');
  await writeFile(path, content);
  const { size, mtimeNs } = await stat(path, { bigint: true });
  const csv = { delimiter: ',', quote: '"', escape: '"', header: true };
  const lines = { of: 'file', before: 2 } as const;
  return { path, size: Number(size), modified: String(mtimeNs), schema: texts, csv, lines };
}

interface Outcome {
  /** The bytes as they were taken. */
  readonly bytes: string;
  /** The same as values. */
  readonly rows: unknown;
  readonly rejects: string;
  readonly rejected: number;
  readonly warned: unknown;
}

async function run(content: string, passThrough: boolean, limit = 1_000_000): Promise<Outcome> {
  const file = await fileOf(content);
  const taken: Uint8Array[] = [];
  const rejects = { limit, unit: 'rows' as const, file: join(folder, 'rejects.csv') };
  await rm(rejects.file, { force: true });
  const converted = await convert(duck, {
    input: { format: 'csv', files: [file], schema: texts },
    columns: fields.map(({ name }) => ({ from: name, as: name })),
    rules: { fields, rules },
    schema: output,
    scratch: join(folder, 'scratch'),
    // A copy: what is taken may be overwritten.
    outlet: { format: 'csv', take: async (data) => void taken.push(Uint8Array.from(data)) },
    passThrough,
    rejects,
  });
  const path = join(folder, 'out.csv');
  const bytes = Buffer.concat(taken).toString();
  await writeFile(path, bytes);
  const rows = bytes === '' ? [] : await duck.rows(`select * from ${readCsv([path], output)}`);
  const refused = await readFile(rejects.file, 'utf8').catch(() => '');
  return { bytes, rows, rejects: refused, rejected: converted.rejected, warned: converted.warned };
}

const header = 'id,price,day,kind,note\n';

test('good records go byte for byte, refused ones stay out, changed ones are written anew', async () => {
  const good = ['1,1.50,2026-01-01,"a","said ""no"", twice\nover"', '2,,,b,', '5,7.00,2026-02-03,c,"x"'];
  const found = await run(
    `${header}${good[0]}\n${good[1]}\nx,1.00,2026-01-01,a,b\n3,-1.00,,a,b\n 4 ,1.5,2026-01-01 00:00:00, d ,e\n${good[2]}\n`,
    true,
  );
  assert.equal(found.bytes, `${good[0]}\n${good[1]}\n"4","1.5","2026-01-01","d","e"\n${good[2]}\n`);
  assert.equal(found.rejected, 2);
  assert.match(found.rejects, /^line,row,field,code,reason,value\n7,3,id,value\.invalid,.*\n8,4,price,rule\.range,.*\n$/);
});

test('what comes out is what the rows written anew are: any values, line ends and pieces', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '𝒳', '"', ',', '\n', '\r', ' ', '0', '\t'), maxLength: 60 });
  const value = (...usual: fc.Arbitrary<string | null>[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.oneof(...usual) }, { weight: 1, arbitrary: text });
  const record = fc.tuple(
    value(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), fc.constantFrom('', ' 7', '+8', '007', '1.0')),
    value(fc.constantFrom('1.50', '0', '.5', '3.005', '-2.00', '99999999999.99', ''), fc.constant(null)),
    value(fc.constantFrom('2026-02-28', '0044-03-15 BC', '2026-02-30', '2026-01-01T00:00', ''), fc.constant(null)),
    value(fc.constantFrom('a', ' b ', '', 'none'), fc.constant(null)),
    value(text, fc.constant(null)),
  );
  const bare = (one: string | null): boolean => one === null || (one !== '' && !/[",\n\r]/.test(one));
  const cell = (one: string | null, quoted: boolean): string =>
    one === null ? '' : bare(one) && !quoted ? one : `"${one.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(record, fc.boolean()), { minLength: 1, maxLength: 60 }),
      fc.constantFrom('\n', '\r\n'),
      fc.constantFrom('', '\ufeff'),
      fc.boolean(),
      async (records, end, mark, ended) => {
        const lines = records.map(([values, quoted]) => values.map((one) => cell(one, quoted)).join(','));
        const content = `${mark}${[header.trim(), ...lines].join(end)}${ended ? end : ''}`;
        const { bytes: _passed, ...passed } = await run(content, true);
        const { bytes: _written, ...written } = await run(content, false);
        assert.deepEqual(passed, written);
      },
    ),
    { numRuns: 30 },
  );
});

test('records longer than a piece, and files of many pieces', async () => {
  const long = 'x,"y"\n'.repeat(100_000).replaceAll('"', '""');
  const lines = Array.from({ length: 20_000 }, (_, at) => `${at % 7 === 0 ? 'no' : at},1.00,2026-01-01,k,"note ""${at}"", ends"`);
  const found = await run(`${header}1,,,a,"${long}"\n${lines.join('\n')}\n2,,,a,"${long}"`, true);
  const good = lines.filter((line) => !line.startsWith('no'));
  assert.equal(found.bytes, `1,,,a,"${long}"\n${good.join('\n')}\n2,,,a,"${long}"\n`);
  assert.equal(found.rejected, lines.length - good.length);
});

test('a record that is no row makes nothing of what was taken worth keeping', async () => {
  const bad = ['1,2\n', '1,,,a,b,c\n', '\n'];
  for (const record of bad) {
    await assert.rejects(run(`${header}1,,,a,b\n${record}2,,,a,b\n`, true), Misread, JSON.stringify(record));
  }
});

test('without rejects the first refused row ends it, named', async () => {
  await assert.rejects(run(`${header}1,,,a,b\nx,,,a,b\n`, true, 0), { code: 'value.invalid', message: /row 2: the field id/ });
  assert.equal((await run(`${header}1,,,a,b\n`, true, 0)).bytes, '1,,,a,b\n');
});
