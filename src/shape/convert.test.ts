import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { DuckFolder, openDuckFolder } from '../../test/support/duck-folder.ts';
import type { Field, Schema } from '../domain/schema.ts';
import { parseType } from '../domain/types.ts';
import type { FileRef, FormatName } from '../sdk/index.ts';
import { duckType, fromWire, logicalType, readCsv } from '../sdk/duck-sql.ts';
import { convert, type Converted, type ConvertStep } from './convert.ts';

const place = await openDuckFolder(DuckFolder);
const { duck, folder } = place;
after(async () => await place[Symbol.asyncDispose]());

const field = (name: string, type = 'text'): Field => ({ name, type: parseType(type), nullable: true });
const schemaOf = (types: Readonly<Record<string, string>>): Schema => ({
  fields: Object.entries(types).map(([name, type]) => field(name, type)),
});
const csv = { delimiter: ',', quote: '"', escape: '"', header: true };

async function fileOf(content: string, schema: Schema, name = 'in.csv'): Promise<FileRef> {
  const path = join(folder, name);
  await writeFile(path, content);
  const { size, mtimeNs } = await stat(path, { bigint: true });
  return { path, size: Number(size), modified: String(mtimeNs), schema, ...(name.endsWith('csv') && { csv }) };
}

/** A first column of text stands in quotes. */
const first = (type: string, wire: string): string => (['decimal', 'decimal(60,2)'].includes(type) ? `"${wire}"` : wire);

/** `convert` into a file, which is there when all went well. */
async function convertTo(path: string, format: FormatName, step: Omit<ConvertStep, 'outlet' | 'scratch'>): Promise<Converted> {
  const taken: Uint8Array[] = [];
  const outlet = { format, take: async (data: Uint8Array) => void taken.push(data) };
  const converted = await convert(duck, { ...step, scratch: join(folder, 'scratch'), outlet });
  await writeFile(path, Buffer.concat(taken));
  return converted;
}

interface Case {
  readonly content: string;
  /** Types of the input; text where only names are given. */
  readonly from: Readonly<Record<string, string>>;
  readonly to: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly where?: string;
  readonly format?: FormatName;
  readonly limit?: number;
  /** Lines of the person's file before the first of this one; absent = its lines are nobody's. */
  readonly lines?: number;
  readonly unit?: 'rows' | 'percent';
}

async function run(given: Case): Promise<Converted & { text: string; rejects: string }> {
  const schema = schemaOf(given.from);
  const { lines: before } = given;
  const counted = before === undefined ? {} : { lines: { of: 'file', before } as const };
  const file = { ...(await fileOf(given.content, schema, given.name)), ...counted };
  const path = join(folder, 'out');
  await rm(path, { force: true });
  const columns = Object.keys(given.to).map((name) => ({ from: name, as: name }));
  const rejects = { limit: given.limit ?? 0, unit: given.unit ?? 'rows', file: join(folder, 'rejects.csv') };
  const format = (given.name ?? 'in.csv').split('.').at(-1) ?? 'csv';
  const input = { format, files: [file], schema };
  const step = { input, columns, schema: schemaOf(given.to), rejects, ...(given.where && { where: given.where }) };
  const converted = await convertTo(path, given.format ?? 'csv', step);
  const text = given.format === 'parquet' ? '' : await readFile(path, 'utf8');
  return { ...converted, text, rejects: existsSync(rejects.file) ? await readFile(rejects.file, 'utf8') : '' };
}

test('values that fit come out as wire text; the others are refused, never rounded', async () => {
  const cases: [string, string, string | null][] = [
    ['bigint', '12', '12'],
    ['bigint', ' 12 ', '12'],
    ['bigint', '+12', '12'],
    ['bigint', '12.0', '12'],
    ['bigint', '12.5', null],
    ['bigint', '1e3', null],
    ['bigint', '1_000', null],
    ['bigint', '0x10', null],
    ['bigint', '9223372036854775808', null],
    ['smallint', '40000', null],
    ['decimal(10,2)', '1.00', '1.00'],
    ['decimal(10,2)', '1.5', '1.5'],
    ['decimal(10,2)', '1.500', '1.500'],
    ['decimal(10,2)', '1.005', null],
    ['decimal(10,2)', '123456789.00', null],
    ['decimal(10,2)', '.', null],
    ['decimal', '12345678901234567890.123456789012345678901234567890', '12345678901234567890.123456789012345678901234567890'],
    ['decimal', 'NaN', 'NaN'],
    ['decimal', 'x', null],
    ['decimal(60,2)', '1.005', null],
    ['double', '1e400', null],
    ['double', '-0.1e-5', '-0.1e-5'],
    ['boolean', 'Yes', 'true'],
    ['boolean', 'false', 'false'],
    ['boolean', 'maybe', null],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '2023-02-29', null],
    ['date', '2024-1-5', null],
    ['date', '01/02/2024', null],
    ['date', '2024-02-29 00:00:00', '2024-02-29'],
    ['date', '2024-02-29 10:00:00', null],
    ['date', '0044-03-15 BC', '0044-03-15 BC'],
    ['time', '10:00:00.123456', '10:00:00.123456'],
    ['time', '10:00:00.1234567', null],
    ['timestamp', '2024-01-01T10:00', '2024-01-01 10:00:00'],
    ['timestamp', '2024-01-01 10:00:00.1234560', '2024-01-01 10:00:00.123456'],
    ['timestamp', '2024-01-01 10:00:00.1234567', null],
    ['timestamp', '2024-01-01 10:00:00+02', null],
    ['timestamptz', '2024-01-01T10:00:00+02:00', '2024-01-01 08:00:00+00'],
    ['timestamptz', '2024-01-01 10:00:00Z', '2024-01-01 10:00:00+00'],
    ['uuid', '6F1C2A7E-1D52-4B7E-9A51-0A1B2C3D4E5F', '6f1c2a7e-1d52-4b7e-9a51-0a1b2c3d4e5f'],
    ['uuid', '6F1C', null],
    ['json', '[1.0]', '[1.0]'],
    ['json', '{a', null],
    ['bytes', '\\x00ff', '\\x00ff'],
    ['bytes', 'abc', null],
    ['interval', '1 day 02:00:00', '1 day 02:00:00'],
    ['interval', 'soon', null],
  ];
  for (const [type, value, wire] of cases) {
    const what = `${type} ${value}`;
    const { text, rows, rejected } = await run({
      content: `k,v\n1,"${value}"\n`,
      from: { k: 'text', v: 'text' },
      to: { v: type, k: 'text' },
      limit: 5,
    });
    assert.deepEqual(
      { text, rows, rejected },
      wire === null ? { text: '', rows: 0, rejected: 1 } : { text: `${first(type, wire)},1\n`, rows: 1, rejected: 0 },
      what,
    );
  }
});

test('a table gets the values that the document holds', async () => {
  const values: Readonly<Record<string, readonly string[]>> = {
    bigint: ['12', ' 12 ', '+12', '12.0', ''],
    'decimal(10,2)': ['1.00', '1.5', ' 1.500 ', '-0.10', '.5', ''],
    decimal: ['12345678901234567890.1234567890123456789012345678901', 'NaN'],
    double: ['1', '-0.1e-5', 'NaN', 'Infinity', '0.1'],
    boolean: ['Yes', 'f', '0', ''],
    date: ['2024-02-29', '2024-02-29 00:00:00', '0044-03-15 BC', 'infinity', '10000-01-01', ''],
    time: ['10:00', '10:00:00.123456'],
    timestamp: ['2024-01-01T10:00', '2024-01-01 10:00:00.1234560', '0044-03-15 10:00:00 BC', '-infinity'],
    timestamptz: ['2024-01-01T10:00:00+02:00', '2024-01-01 10:00:00Z', '0044-03-15 10:00:00+00 BC'],
    uuid: ['6F1C2A7E-1D52-4B7E-9A51-0A1B2C3D4E5F'],
    json: ['[1.0]', '{"a": 1,  "a": 2}'],
    bytes: ['\\x00ff', '\\x'],
    interval: ['1 day 02:00:00', '-1 mons +3 days'],
    text: ['', ' ', 'a"b\n', 'x'],
  };
  for (const [type, texts] of Object.entries(values)) {
    const content = `k,v\n${texts.map((text, at) => `${at},${text === '' && type !== 'text' ? '' : `"${text.replaceAll('"', '""')}"`}\n`).join('')}`;
    const from = { k: 'text', v: 'text' };
    const { rows } = await run({ content, from, to: { k: 'bigint', v: type } });
    const { type: logical } = field('v', type);
    for (const native of new Set([duckType(logical), 'VARCHAR'])) {
      await duck.run(`create or replace table filled (k BIGINT, v ${native})`);
      const outlet = { duck, table: 'filled', types: ['BIGINT', native] };
      const schema = schemaOf({ k: 'bigint', v: type });
      const input = { format: 'csv', files: [await fileOf(content, schemaOf(from))], schema: schemaOf(from) };
      const columns = ['k', 'v'].map((name) => ({ from: name, as: name }));
      const rejects = { limit: 0, unit: 'rows' } as const;
      const filled = await convert(duck, { input, columns, schema, scratch: join(folder, 'scratch'), outlet, rejects });
      const document = `(select k::BIGINT, ${fromWire(logicalType(native), 'v', native)} from ${readCsv([join(folder, 'out')], schemaOf(from))})`;
      const [differ = []] = await duck.rows(
        `select count(*) from ((from filled except all from ${document}) union all (from ${document} except all from filled))`,
      );
      assert.deepEqual([filled.rows, rows, differ[0]], [texts.length, texts.length, '0'], `${type} in ${native}`);
    }
  }
});

test('a table takes the good rows, and the refused ones are found for the file', async () => {
  const content = 'id,amount\n1,1.5\nx,2\n3\n4,1.005\n5,2\n';
  const from = { id: 'text', amount: 'text' };
  const to = { id: 'bigint', amount: 'decimal(10,2)' };
  const { rejects } = await run({ content, from, to, limit: 5 });
  await duck.run('create or replace table filled (id BIGINT, amount DECIMAL(10,2))');
  const file = join(folder, 'rejects.csv');
  await rm(file);
  const converted = await convert(duck, {
    input: { format: 'csv', files: [await fileOf(content, schemaOf(from))], schema: schemaOf(from) },
    columns: Object.keys(to).map((name) => ({ from: name, as: name })),
    schema: schemaOf(to),
    scratch: join(folder, 'scratch'),
    outlet: { duck, table: 'filled', types: ['BIGINT', 'DECIMAL(10,2)'] },
    rejects: { limit: 5, unit: 'rows', file },
  });
  assert.deepEqual(converted, { rows: 2, rejected: 3, warned: [] });
  assert.deepEqual(await duck.rows('from filled order by id'), [
    ['1', '1.50'],
    ['5', '2.00'],
  ]);
  assert.equal(await readFile(file, 'utf8'), rejects);
});

test('at limit 0 the first refused value stops, named without its value', async () => {
  const content = 'id,amount\n1,1.5\n2,secret\n3,\n4,secret\n';
  const given = { content, from: { id: 'text', amount: 'text' }, to: { id: 'bigint', amount: 'decimal(10,2)' } };
  await assert.rejects(run(given), (error: { code?: string; message?: string }) => {
    assert.equal(error.code, 'value.invalid');
    assert.match(error.message ?? '', /in\.csv: row 2: the field amount is not a decimal\(10,2\); 2 rows are refused/);
    assert.doesNotMatch(error.message ?? '', /secret/);
    return true;
  });
  assert.equal(existsSync(join(folder, 'out')), false);
});

test('rejects are kept with line or row, field, code, reason and value, and counted by row', async () => {
  const content =
    'id,amount,at\n1,1.5,2024-01-01\nx,"a,b",2024-01-01\n3\n4,5,6,7\n5,2,2024-02-30\n6,7,2024-01-01\n"7"x,1,2024-01-01\n8,9,\n';
  const from = { id: 'text', amount: 'text', at: 'text' };
  const given = { content, from, to: { id: 'bigint', amount: 'decimal(10,2)', at: 'date' }, limit: 5 };
  const { text, rows, rejected, rejects } = await run(given);
  assert.equal(text, '1,1.5,2024-01-01\n6,7,2024-01-01\n8,9,\n');
  assert.deepEqual([rows, rejected], [3, 5]);
  assert.equal(
    rejects,
    'line,row,field,code,reason,value\n' +
      ',2,id,value.invalid,not a bigint,x\n' +
      ',2,amount,value.invalid,"not a decimal(10,2)","a,b"\n' +
      ',3,at,value.invalid,not a date,2024-02-30\n' +
      '4,,amount,file.format,missing columns,3\n' +
      '5,,,file.format,too many columns,"4,5,6,7"\n' +
      '8,,id,file.format,unquoted value,"""7""x,1,2024-01-01"\n',
  );
  // Where quotes add up, records can be counted by lines.
  const lines = await run({ ...given, content: content.replace('"7"x', '7x'), lines: 3 });
  assert.deepEqual(
    lines.rejects.split('\n').map((line) => line.split(',').slice(0, 3).join()),
    ['line,row,field', '6,2,id', '6,2,amount', '7,,amount', '8,,', '9,3,at', '11,5,id', ''],
  );
  await assert.rejects(run({ ...given, limit: 4 }), { code: 'rejects.limit' });
  assert.equal((await run({ ...given, limit: 70, unit: 'percent' })).rows, 3);
  await assert.rejects(run({ ...given, limit: 60, unit: 'percent' }), { code: 'rejects.limit' });
  await assert.rejects(run({ ...given, limit: 0 }), { code: 'value.invalid' });
});

test('a filter sees typed fields under their names; rows it leaves out are not judged', async () => {
  const given = {
    content: 'id,amount\n1,10\n2,9\n3,x\n',
    from: { id: 'bigint', amount: 'decimal(10,2)' },
    to: { id: 'text', amount: 'bigint' },
  };
  assert.equal((await run({ ...given, where: 'amount > 9.5 -- comment' })).text, '"1",10\n');
  assert.equal((await run({ ...given, where: 'id < 3' })).rows, 2);
  await assert.rejects(run({ ...given, where: 'nothing = 1' }), { code: 'stream.query' });
  await assert.rejects(run({ ...given, where: 'amount >' }), { code: 'stream.query' });
});

test('ndjson out: numbers digit by digit, nested json on one line, null keys kept', async () => {
  const from = { n: 'decimal', b: 'boolean', j: 'json', s: 'text', 'o"d': 'text' };
  const content = 'n,b,j,s,o\n12345678901234567890.10,t,"{""a"":\n1.0}","q""\n\t\\",x\n+007,f,,"",\nNaN,,,,\n';
  const { text } = await run({ content, from, to: from, format: 'ndjson' });
  assert.deepEqual(text.split('\n'), [
    '{"n":12345678901234567890.10,"b":true,"j":{"a": 1.0},"s":"q\\"\\n\\t\\\\","o\\"d":"x"}',
    '{"n":7,"b":false,"j":null,"s":"","o\\"d":null}',
    '{"n":"NaN","b":null,"j":null,"s":null,"o\\"d":null}',
    '',
  ]);
});

test('ndjson in: broken lines are rejects, digits stay', async () => {
  const content = '{"id":1,"n":1.10}\n{"id":\n[1]\n{"id":2,"id":3}\n{"id":4,"n":12345678901234567890.123}\n';
  const given = { content, name: 'in.ndjson', from: { id: 'bigint', n: 'decimal' }, to: { id: 'bigint', n: 'decimal' } };
  const { text, rejected } = await run({ ...given, limit: 3 });
  assert.equal(text, '1,1.10\n4,12345678901234567890.123\n');
  assert.equal(rejected, 3);
  const { rejects } = await run({ ...given, content: content.replaceAll('\n', '\n\n'), limit: 3, lines: 0 });
  const reason = 'file.format,not a JSON object with distinct keys';
  assert.equal(
    rejects,
    `line,row,field,code,reason,value\n3,2,,${reason},"{""id"":"\n5,3,,${reason},[1]\n7,4,,${reason},"{""id"":2,""id"":3}"\n`,
  );
  await assert.rejects(run(given), { code: 'file.format' });
});

test('parquet out and in keeps values', async () => {
  const types = { i: 'bigint', d: 'decimal(10,2)', u: 'decimal', t: 'timestamptz', b: 'bytes', s: 'text', y: 'boolean' };
  const line =
    '1,1.50,12345678901234567890.123456789012345678901234567890,2024-01-01 10:00:00.123456+00,\\x00ff,"a\nb",true\n,,,,,"",\n';
  const header = `${Object.keys(types).join(',')}\n`;
  await run({ content: header + line, from: types, to: types, format: 'parquet' });
  const path = join(folder, 'copy.parquet');
  await writeFile(path, await readFile(join(folder, 'out')));
  const schema = schemaOf(types);
  const columns = schema.fields.map(({ name }) => ({ from: name, as: name }));
  const back = join(folder, 'back.csv');
  const rejects = { limit: 0, unit: 'rows' } as const;
  await convertTo(back, 'csv', { input: { format: 'parquet', files: [{ path }], schema }, columns, schema, rejects });
  assert.equal(await readFile(back, 'utf8'), line);
});

test('mixed line ends, invalid UTF-8 and a file written to in the meantime are refused', async () => {
  const from = { a: 'text', b: 'text' };
  await assert.rejects(run({ content: 'a,b\r\n1,2\n3,4\r\n', from, to: from }), { code: 'file.format' });
  const schema = schemaOf(from);
  const file = await fileOf('a,b\n1,2\n', schema);
  await writeFile(file.path, Buffer.from('a,b\n1,\xff\xfe\n', 'latin1'));
  const columns = ['a', 'b'].map((name) => ({ from: name, as: name }));
  const step = {
    input: { format: 'csv', files: [file], schema },
    columns,
    schema,
    rejects: { limit: 0, unit: 'rows' as const },
  };
  await assert.rejects(convertTo(join(folder, 'out'), 'csv', step), { code: 'file.changed' });
  const { size, mtimeNs } = await stat(file.path, { bigint: true });
  const again = { ...file, size: Number(size), modified: String(mtimeNs) };
  await assert.rejects(convertTo(join(folder, 'out'), 'csv', { ...step, input: { ...step.input, files: [again] } }), {
    code: 'file.format',
  });
});

test('quoted line ends across every buffer of the reader, and a quote in row 30,001', async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) =>
    i < 30_000 ? `${i},plain` : `${i},"line\r\n${'x'.repeat(i % 97)}""\n${i}"`,
  );
  const given = { content: `id,v\n${rows.join('\n')}\n`, from: { id: 'text', v: 'text' }, to: { id: 'bigint', v: 'text' } };
  const { rows: count, text } = await run(given);
  assert.equal(count, 40_000);
  assert.equal(text, `${rows.join('\n')}\n`);
});

test('a refused value is found on its line, whatever stands before it', async () => {
  const record = fc.constantFrom('1,ok', '2,"two\nlines"', '"3","say ""\n"""', '', '4', '5,a,b', 'x,bad', '"y\n",bad');
  const check = async (records: readonly string[], end: string): Promise<void> => {
    let line = 2;
    const expected = [...records, 'x,last'].flatMap((text) => {
      const began = line;
      line += text.split('\n').length;
      return /^(4$|5,a,|x,|"y)/.test(text) ? [`${began}`] : [];
    });
    const content = ['id,name', ...records, 'x,last', ''].join(end);
    const from = { id: 'text', name: 'text' };
    const { rejects } = await run({ content, from, to: { id: 'bigint', name: 'text' }, limit: 99, lines: 0 });
    const found = [...rejects.matchAll(/^(\d*),\d*,(?:id|name)?,(?:value.invalid|file.format)/gm)].map(([, at]) => at);
    assert.deepEqual(found, expected, JSON.stringify(content));
  };
  const property = fc.asyncProperty(fc.array(record, { maxLength: 12 }), fc.constantFrom('\n', '\r\n'), check);
  await fc.assert(property, { numRuns: 60 });
});

test('any text survives csv → wire csv → parquet → wire csv', async () => {
  const cell = fc.option(
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
    { nil: null },
  );
  const hostile = fc.constantFrom(
    '',
    ' ',
    '"',
    '""',
    ',',
    '\n',
    '\r\n',
    '\r',
    '\\N',
    '\\.',
    'NULL',
    "'",
    '\t',
    '#',
    '\ufeff',
    '=1+1',
    'a"b,c\nd',
  );
  const record = fc.tuple(fc.oneof(cell, hostile), fc.oneof(cell, hostile), fc.oneof(cell, hostile));
  const types = { a: 'text', b: 'text', c: 'text' };
  const schema = schemaOf(types);
  const columns = schema.fields.map(({ name }) => ({ from: name, as: name }));
  const rejects = { limit: 0, unit: 'rows' } as const;
  const wireCell = (value: string | null): string => (value === null ? '' : `"${value.replaceAll('"', '""')}"`);
  // Compared as hex: the driver drops a byte order mark at the start of a text.
  const hex = (value: string | null): string | null => (value === null ? null : Buffer.from(value).toString('hex').toUpperCase());
  const read = async (path: string): Promise<unknown> =>
    await duck.rows(`select hex(encode(a)), hex(encode(b)), hex(encode(c)) from ${readCsv([path], schema)}`);
  let times = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async (records) => {
      const path = join(folder, 'any.csv');
      await writeFile(path, `${records.map((cells) => cells.map(wireCell).join(',')).join('\n')}\n`);
      // DuckDB remembers what it has read of a path: one that is written twice in a moment would be read half from memory.
      const parquet = join(folder, `any-${(times += 1)}.parquet`);
      const back = join(folder, 'back.csv');
      const written = { format: 'csv', files: [{ path }], schema };
      const first = await convertTo(parquet, 'parquet', { input: written, columns, schema, rejects });
      const reread = { format: 'parquet', files: [{ path: parquet }], schema };
      await convertTo(back, 'csv', { input: reread, columns, schema, rejects });
      assert.equal(first.rows, records.length);
      assert.deepEqual(
        await read(back),
        records.map((cells) => cells.map(hex)),
      );
    }),
    { numRuns: 60 },
  );
});
