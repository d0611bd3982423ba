import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { StreamInfo } from '../../domain/schema.ts';
import { typeName } from '../../domain/types.ts';
import { openDuck } from '../../staging/duck.ts';
import type { Context, SourceEvent } from '../../sdk/index.ts';
import { ndjsonColumns, ndjsonDocuments } from '../../sdk/ndjson-sql.ts';
import { FileSource } from './source.ts';
import { fileConfig, parseLocation } from './location.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';

let scratch: string;
let context: Context;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'file-source-'));
  const { signal } = new AbortController();
  context = {
    signal,
    scratch,
    log: { info: () => undefined, warn: () => undefined },
    duck: async (options = {}) => await openDuck(options, { scratch, signal }),
    net: personalNet(),
    files: personalFiles,
    failpoint: () => Promise.resolve(),
  };
});
after(async () => await rm(scratch, { recursive: true }));

const open = (location: string): FileSource => new FileSource(fileConfig.parse(parseLocation(location)), context);

async function write(name: string, content: string | Buffer): Promise<string> {
  const path = join(scratch, name);
  await writeFile(path, content);
  return path;
}

/** The stream with its types, as a run without a table would see it. */
async function look(source: FileSource): Promise<readonly StreamInfo[]> {
  return await Promise.all((await source.discover()).map(async (info) => await source.inferTypes(info)));
}

async function types(location: string): Promise<Record<string, string>> {
  const [info] = await look(open(location));
  return Object.fromEntries((info?.schema.fields ?? []).map(({ name, type }) => [name, typeName(type)]));
}

async function sql(statement: string): Promise<readonly (readonly (string | null)[])[]> {
  await using duck = await context.duck();
  return await duck.rows(statement);
}

test('the last of 200,000 rows has its say about the types', async () => {
  const usual = ['7', '7', '1.50', '2024-01-31', '2024-01-31 10:20:30', 'true', '', '12.25', '7', 'words'];
  const names = ['integer', 'leading', 'price', 'date', 'moment', 'flag', 'empty', 'digits', 'same', 'text'];
  const last = ['7.125', '007', '1.5e3', '31/01/2024', '2024-01-31', 'yes', '9', '1234567890123456789.5', '8', '7'];
  const rows = `${usual.join(',')}\n`.repeat(199_999);
  const path = await write('last.csv', `${names.join(',')}\n${rows}${last.join(',')}\n`);
  const [info] = await look(open(`file:${path}`));
  assert.equal(info?.estimatedRows, 200_000);
  assert.deepEqual(await types(`file:${path}`), {
    integer: 'decimal(18,3)',
    leading: 'text',
    price: 'text',
    date: 'text',
    moment: 'timestamp',
    flag: 'text',
    empty: 'bigint',
    digits: 'decimal(38,2)',
    same: 'bigint',
    text: 'text',
  });
});

test('types are those that every value of the whole column has', async () => {
  const values: Record<string, readonly string[]> = {
    integer: ['1', '-20', '0', ''],
    leading: ['00123', '1', '2', ''],
    plus: ['+1', '1', '2', ''],
    long: ['9007199254740993', '1234567890123456789', '1', ''],
    price: ['1.50', '-0.5', '3', ''],
    huge: ['12345678901234567890123456.123456789012', '1.5', '3', ''],
    toolong: ['12345678901234567890123456789.123456789012', '1.5', '3', ''],
    exponent: ['1e5', '2', '3', ''],
    day: ['2024-02-29', '2020-01-01', '', ''],
    local: ['01/02/2024', '13/02/2024', '', ''],
    notaday: ['2023-02-29', '2020-01-01', '', ''],
    moment: ['2024-01-01 10:00:00', '2024-01-01T10:00:00.123456', '2024-01-02', ''],
    nanos: ['2024-01-01 10:00:00.123456789', '', '', ''],
    zoned: ['2024-01-01T10:00:00Z', '2024-01-01 10:00:00.5+02:00', '', ''],
    flag: ['true', 'false', 'TRUE', ''],
    uuid: ['6f1c2a7e-1d52-4b7e-9a51-0a1b2c3d4e5f', '', '', ''],
    upper: ['6F1C2A7E-1D52-4B7E-9A51-0A1B2C3D4E5F', '', '', ''],
    quoted: ['""', '1', '2', '3'],
    none: ['', '', '', ''],
  };
  const names = Object.keys(values);
  const rows = [0, 1, 2, 3].map((at) => names.map((name) => values[name]?.[at]).join(','));
  const path = await write('types.csv', `${names.join(',')}\n${rows.join('\n')}\n`);
  assert.deepEqual(await types(path), {
    integer: 'bigint',
    leading: 'text',
    plus: 'text',
    long: 'text',
    price: 'decimal(18,2)',
    huge: 'decimal(38,12)',
    toolong: 'text',
    exponent: 'text',
    day: 'date',
    local: 'text',
    notaday: 'text',
    moment: 'timestamp',
    nanos: 'text',
    zoned: 'timestamptz',
    flag: 'boolean',
    uuid: 'uuid',
    upper: 'text',
    quoted: 'text',
    none: 'text',
  });
  assert.equal(new Set(Object.values(await types(`${path}?infer=false`))).size, 1);
});

test('the 30,001st row counts: its quoted comma, its type', async () => {
  const plain = Array.from({ length: 30_000 }, (_, i) => `${i},plain`).join('\n');
  const path = await write('late.csv', `id,v\n${plain}\n30000x,"a, b"\n`);
  const [info] = await look(open(path));
  assert.equal(info?.estimatedRows, 30_001);
  assert.deepEqual(await types(path), { id: 'text', v: 'text' });
});

test('hostile headers are plain columns; BOM and CRLF leave no trace', async () => {
  const path = await write('hostile.csv', '\ufeff__proto__,a.__proto__.x,constructor,,A,a\r\n1,2,3,4,5,"6\r\n"\r\n');
  const [info] = await look(open(path));
  const names = info?.schema.fields.map(({ name }) => name);
  assert.deepEqual(names, ['__proto__', 'a.__proto__.x', 'constructor', 'column_4', 'A', 'a_2']);
  assert.equal(typeName(info?.schema.fields[0]?.type ?? { kind: 'text' }), 'bigint');
  assert.equal('x' in {}, false);
});

test('ndjson: all keys of the file, numbers digit by digit, nested as json', async () => {
  const lines = [
    String.raw`{"n":12345678901234567890.10,"i":1,"s":"1 \"2 3.10","j":{"x":1.0,"y":["5",2.50]},"__proto__":"p"}`,
    String.raw`{"n":1.5,"i":null,"d":"2024-01-01","zip":"00501","mix":1}`,
    '',
    String.raw`{"i":9007199254740993,"mix":"a","b":true,"we\"ird/~":1e2,"j":null}`,
  ];
  const path = await write('lines.ndjson', lines.join('\n'));
  const [info] = await look(open(path));
  assert.equal(info?.estimatedRows, 3);
  assert.deepEqual(await types(path), {
    n: 'decimal(38,2)',
    i: 'bigint',
    s: 'text',
    j: 'json',
    ['__proto__']: 'text',
    d: 'date',
    zip: 'text',
    mix: 'text',
    b: 'boolean',
    'we"ird/~': 'text',
  });
  assert.ok(info);
  const rows = await sql(`select ${ndjsonColumns(info.schema)} from ${ndjsonDocuments([path])}`);
  assert.deepEqual(rows, [
    ['12345678901234567890.10', '1', '1 "2 3.10', '{"x":1.0,"y":["5",2.50]}', 'p', null, null, null, null, null],
    ['1.5', null, null, null, null, '2024-01-01', '00501', '1', null, null],
    [null, '9007199254740993', null, null, null, null, null, 'a', 'true', '1e2'],
  ]);
});

test('parquet: the footer says it', async () => {
  const path = join(scratch, 'p.parquet');
  await using duck = await context.duck();
  await duck.run(
    `copy (select 1::bigint a, 1.10::decimal(5,2) c, [1] l, {'x': 1} s, now() t from range(3)) to '${path}' (format parquet)`,
  );
  const [info] = await look(open(path));
  assert.equal(info?.estimatedRows, 3);
  assert.deepEqual(await types(path), { a: 'bigint', c: 'decimal(5,2)', l: 'integer[]', s: 'json', t: 'timestamptz' });
  await truncate(path, 200);
  await assert.rejects(look(open(path)), { code: 'file.truncated' });
});

test('a file that is not what its name says is named for what it seems to be', async () => {
  const cases: [string, string | Buffer, RegExp][] = [
    ['empty.csv', '', /empty/],
    ['bz.csv', Buffer.from('425a6839', 'hex'), /bzip2/],
    ['parquet.csv', 'PAR1xxxxPAR1', /Parquet/],
    ['page.csv', '<!DOCTYPE html><html>', /web page/],
    ['old.xls.csv', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]), /save it as \.xlsx or \.csv/],
    [
      'locked.csv',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(100, 7)]),
      /protected by a password/,
    ],
    ['xml.csv', '<?xml version="1.0"?><a/>', /XML/],
    ['page.ndjson', '<html><body>', /web page/],
    ['json.csv', '{"a":1}\n', /JSON lines/],
    ['binary.csv', Buffer.from([1, 2, 0, 3]), /binary/],
    ['both.csv', Buffer.concat([Buffer.from('a,b\n1,café'), Buffer.from('\xe9\n', 'latin1')]), /neither UTF-8 .* byte 12/],
    ['array.csv', '[{"a":1}]', /JSON array/],
    ['csv.ndjson', 'a,b\n', /other text/],
    ['csv.parquet', 'a,b\n1,2\n', /other text/],
  ];
  for (const [name, content, seems] of cases) {
    const source = open(await write(name, content));
    await assert.rejects(
      look(source),
      (error: { code?: string; message?: string }) => error.code === 'file.format' && seems.test(error.message ?? ''),
    );
    assert.equal((await source.check())[0]?.code, 'file.format');
  }
  await mkdir(join(scratch, 'folder.csv'));
  await assert.rejects(open(join(scratch, 'folder.csv')).discover(), { code: 'file.format' });
  await assert.rejects(open(join(scratch, 'nothing.csv')).discover(), { code: 'file.missing' });
});

test('only files whose quotes every loader reads alike pass as they are', async () => {
  const wire = async (name: string, content: string): Promise<boolean | undefined> => {
    const [info] = await look(open(await write(name, content)));
    return info?.wire;
  };
  assert.equal(await wire('plain.csv', 'a,b\r\n1,"x ""y"""\r\n'), true);
  assert.equal(await wire('stray.csv', 'a,b\n1,5" disk\n2,6" disk\n'), false);
  assert.equal(await wire('semicolon.csv', 'a;b\n1;2\n'), false);
  assert.equal(await wire('single.csv', 'a\n1\n'), false);
});

test('read hands over the whole file with its dialect, and refuses one that was written to', async () => {
  const path = await write('read.csv', 'id;name\n1;a\n');
  const source = open(path);
  const [info] = await look(source);
  assert.ok(info);
  await assert.rejects(source.discover([{ name: 'other' }]), { code: 'stream.missing' });
  const flow = { stream: info.stream, schema: info.schema, projection: { columns: [] } };
  const request = { flows: [flow], mode: 'snapshot', format: 'csv' } as const;
  const events: SourceEvent[] = await Array.fromAsync(source.read(request));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['file', 'checkpoint'],
  );
  assert.ok(events[0]?.type === 'file');
  assert.equal(events[0].file.csv?.delimiter, ';');
  const reading = source.read(request);
  await reading.next();
  await writeFile(path, 'id;name\n1;a\n2;b\n');
  await assert.rejects(reading.next(), { code: 'file.changed' });
});
