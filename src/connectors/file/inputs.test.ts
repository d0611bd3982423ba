/** Files as they come, through the source's own doors: what is found out, and every cell that comes of it. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { typeName } from '../../domain/types.ts';
import type { Context, FileRef } from '../../sdk/index.ts';
import { ndjsonColumns, ndjsonDocuments } from '../../sdk/ndjson-sql.ts';
import { readCsvFiles } from '../../sdk/duck-sql.ts';
import { openDuck } from '../../staging/duck.ts';
import { workbook, zip } from '../../../test/support/archives.ts';
import { FileSource } from './source.ts';
import { fileConfig, parseLocation } from './location.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';

let scratch: string;
let context: Context;
before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'file-inputs-'));
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

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(scratch, name);
  await writeFile(path, content);
  return path;
}

interface Taken {
  readonly types: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A location as a run takes it: columns with their types, notes, and all values as text. */
async function take(location: string): Promise<Taken> {
  const config = fileConfig.parse(parseLocation(location));
  const source = new FileSource(config, context);
  const [found] = await source.discover();
  assert.ok(found);
  const info = await source.inferTypes(found);
  const flow = { stream: info.stream, schema: info.schema, projection: { columns: [] } };
  const files: FileRef[] = [];
  for await (const event of source.read({ flows: [flow], mode: 'snapshot', format: config.format })) {
    if (event.type === 'file') files.push(event.file);
  }
  const paths = files.map(({ path }) => path);
  const names = info.schema.fields.map(({ name }) => name);
  await using duck = await context.duck();
  const from =
    config.format === 'csv'
      ? `select * from ${readCsvFiles(files, names, 'c')}`
      : `select ${ndjsonColumns(info.schema)} from ${ndjsonDocuments(paths)}`;
  return {
    types: Object.fromEntries(info.schema.fields.map(({ name, type }) => [name, typeName(type)])),
    notes: info.notes ?? [],
    rows: await duck.rows(from),
  };
}

const plain = 'id,name\n1,Zoë\n2,"a, b"\n';
const rows = [
  ['1', 'Zoë'],
  ['2', 'a, b'],
];
const types = { id: 'bigint', name: 'text' };

test('packed files', async () => {
  const two = [Buffer.from(plain.slice(0, 10)), Buffer.from(plain.slice(10))];
  // A frame that readers skip stands between the others.
  const skipped = Buffer.from('502a4d1803000000616263', 'hex');
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = two.map((part) => zstdCompressSync(part));
  const cases: [string, Uint8Array][] = [
    ['one.csv.gz', gzipSync(plain)],
    ['members.csv.gz', Buffer.concat(two.map((part) => gzipSync(part)))],
    ['one.csv.zst', zstdCompressSync(plain)],
    ['frames.csv.zst', Buffer.concat([first, skipped, second])],
    ['gzip-by-content.csv', gzipSync(plain)],
    ['one.csv.zip', zip({ 'folder/inside.csv': plain, '__MACOSX/._inside.csv': 'x', '.DS_Store': 'x' })],
    ['tab.tsv.gz', gzipSync('id\tname\n1\tZoë\n2\ta, b\n')],
  ];
  for (const [name, content] of cases) {
    const taken = await take(await write(name, content));
    assert.deepEqual([taken.rows, taken.types], [rows, types], name);
    assert.match(taken.notes[0] ?? '', /unpacked from|member/, name);
  }
  const several = await write('several.zip', zip({ 'a.csv': 'x\n1\n', 'b.csv': plain }));
  await assert.rejects(take(`${several}?format=csv`), { code: 'file.format', hint: /a\.csv, b\.csv/ });
  assert.deepEqual((await take(`file:${several}?format=csv&member=b.csv`)).rows, rows);
  await assert.rejects(take(`file:${several}?format=csv&member=c.csv`), { code: 'file.missing' });
});

test('quotes are settled over the whole file', async () => {
  const long = `id;name\n${Array.from({ length: 30_000 }, (_, at) => `${at};x\n`).join('')}`;
  const late = await take(await write('late.csv', `${long}30000;'a;b'\n`));
  assert.deepEqual([late.types, late.rows.length, late.rows.at(-1)], [types, 30_001, ['30000', 'a;b']]);
  assert.match(late.notes.join(), /apostrophes quote/);
  const odd: [string, readonly string[]][] = [
    ["id,name\n1,'Zo\\'ë'\n2,'a, b'\n", ["Zo'ë", 'a, b']],
    ["id,name\n1,'Zo''ë'\n2,'a\nb'\n", ["Zo'ë", 'a\nb']],
    ["'id';'name'\n'1';'a,b'\n'2';'c'\n", ['a,b', 'c']],
    ["id,name\n1,'s-Gravenhage\n2,O'Neil\n", ["'s-Gravenhage", "O'Neil"]],
  ];
  for (const [content, names] of odd) {
    const taken = await take(await write('odd.csv', content));
    assert.deepEqual([taken.rows.map(([, name]) => name), Object.keys(taken.types)], [names, ['id', 'name']], content);
  }
  // What a person says about quotes is not questioned.
  const said = await take(`file:${await write('said.csv', "id,name\n1,'a'\n2,'b'\n")}?quote="`);
  assert.deepEqual(
    said.rows.map(([, name]) => name),
    ["'a'", "'b'"],
  );
});

test('a quote that is never closed ends it, with its line: all that follows would be one record', async () => {
  const cases: [string, RegExp][] = [
    ['id,name\n1,"a\nb"\n2,"c\n3,d\n', /the record on line 4 is never closed/],
    ['sep=;\r\nid;name\r\n1;"a\r\n', /the record on line 3 is never closed/],
    ["id,name\n1,'a,b'\n2,\"c\n", /line 3 is never closed/],
  ];
  for (const [content, message] of cases) {
    await assert.rejects(take(await write('open.csv', content)), { code: 'file.format', message, hint: /quote=/ });
  }
  const bare = await take(`file:${await write('bare.csv', 'id,name\n1,"a\n2,b\n')}?quote=`);
  assert.deepEqual(bare.rows, [
    ['1', '"a'],
    ['2', 'b'],
  ]);
});

test('keys of JSON that differ only in case are not taken for one', async () => {
  const path = await write('keys.ndjson', '{"a":1}\n{"A":2}\n');
  await assert.rejects(take(path), { code: 'file.format', message: /the keys a and A differ only in case/ });
});

test('more columns than any table has are none', async () => {
  const wide = (columns: number): string => `${Array.from({ length: columns }, (_, at) => `c${at}`).join(';')}\n`;
  await assert.rejects(take(await write('wide.csv', wide(4097))), { code: 'file.limit', message: /4,097 columns/ });
  const book = (place: string): Buffer =>
    zip({
      'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': '<Relationships><Relationship Id="r1" Target="worksheets/one.xml"/></Relationships>',
      'xl/worksheets/one.xml': `<worksheet><sheetData><row><c r="${place}1"><v>1</v></c></row></sheetData></worksheet>`,
    });
  await assert.rejects(take(await write('last.xlsx', book('XFD'))), { code: 'file.limit', message: /16,384 columns/ });
  await assert.rejects(take(await write('beyond.xlsx', book('ZZZZZ'))), {
    code: 'file.format',
    message: /no sheet has a column/,
  });
});

test('what stands before the header is no record', async () => {
  const cases = ['\n\nid,name\n', '\ufeff\r\nid,name\n', 'sep=,\nid,name\n', '\ufeffsep=;\r\n\r\nid;name\r\n'];
  for (const start of cases) {
    const content = start.includes(';') ? `${start}1;Zoë\r\n2;a, b\r\n` : `${start}1,Zoë\n2,"a, b"\n`;
    const taken = await take(await write('led.csv', content));
    assert.deepEqual([taken.rows, taken.types], [rows, types], JSON.stringify(start));
  }
  // Also where the location leaves nothing open.
  const given = '?encoding=utf-8&delimiter=,&header=true&infer=false';
  assert.deepEqual((await take(`file:${await write('given.csv', `\n${plain}`)}${given}`)).rows, rows);
});

test('what is cut off, damaged, bloated or leads out of its archive gives no row, and leaves no file', async () => {
  const left = async (): Promise<number> =>
    (await readdir(scratch, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length;
  const big = Buffer.alloc(64 * 1024 * 1024);
  const packed = [gzipSync(plain.repeat(1000)), zstdCompressSync(plain.repeat(1000))];
  const [gz = Buffer.alloc(0), zst = Buffer.alloc(0)] = packed;
  const whole = zip({ 'a.csv': plain });
  const cases: [string, Uint8Array, string][] = [
    ['cut.csv.gz', gz.subarray(0, gz.length - 10), 'file.truncated'],
    ['cut.csv.zst', zst.subarray(0, zst.length - 10), 'file.truncated'],
    ['cut.csv.zip', whole.subarray(0, whole.length - 10), 'file.truncated'],
    ['behind.csv.zst', Buffer.concat([zst, Buffer.from('garbage')]), 'file.format'],
    ['damaged.csv.gz', Buffer.concat([gz.subarray(0, 20), Buffer.from([1, 2, 3]), gz.subarray(23)]), 'file.format'],
    ['sum.csv.zip', zip({ 'a.csv': plain }, { sum: 1 }), 'file.format'],
    ['bomb.csv.gz', gzipSync(big), 'file.limit'],
    ['bomb.csv.zst', zstdCompressSync(big), 'file.limit'],
    ['bomb.csv.zip', zip({ 'a.csv': big }), 'file.limit'],
    ['lies.csv.zip', zip({ 'a.csv': big }, { size: 10 }), 'file.format'],
    ['out.csv.zip', zip({ '../../out.csv': plain }), 'file.format'],
    ['root.csv.zip', zip({ '/etc/out.csv': plain }), 'file.format'],
    ['back.csv.zip', zip({ '..\\out.csv': plain }), 'file.format'],
    ['none.csv.zip', zip({}), 'file.format'],
  ];
  for (const [name, content, code] of cases) {
    const path = await write(name, content);
    const files = await left();
    await assert.rejects(take(path), { code }, name);
    assert.ok((await left()) <= files, name);
  }
  await assert.rejects(take(await write('twice.csv.gz', gzipSync(gzipSync(big)))), {
    code: 'file.format',
    message: /it is gzip/,
  });
  const allowed = await write('allowed.csv.gz', gzipSync(`id\n${'1\n'.repeat(5)}`));
  await assert.rejects(take(`file:${allowed}?limit=10`), { code: 'file.limit' });
  assert.equal((await take(`file:${allowed}?limit=100`)).rows.length, 5);
});

test('encodings are found from the whole file, and said', async () => {
  const swapped = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
  const long = `id,name\n${'1,plain\n'.repeat(60_000)}`;
  const cases: [string, Uint8Array, RegExp | undefined][] = [
    ['le.csv', Buffer.from(`\ufeff${plain}`, 'utf16le'), /utf-16le: its byte order mark/],
    ['be.csv', swapped(`\ufeff${plain}`), /utf-16be: its byte order mark/],
    ['bare-le.csv', Buffer.from(plain, 'utf16le'), /utf-16le: every other byte/],
    ['bare-be.csv', swapped(plain), /utf-16be/],
    ['bom.csv', Buffer.from(`\ufeff${plain}`), undefined],
    ['latin.csv', Buffer.from(plain, 'latin1'), /windows-1252: its bytes are no UTF-8/],
  ];
  for (const [name, content, note] of cases) {
    const taken = await take(await write(name, content));
    assert.deepEqual([taken.rows, taken.types], [rows, types], name);
    assert.match(taken.notes.join(), note ?? /^$/, name);
  }
  // Far behind the first bytes: one euro sign, as Windows writes it.
  const late = await take(await write('late.csv', Buffer.concat([Buffer.from(long), Buffer.from('2,\x80\n', 'latin1')])));
  assert.deepEqual(late.rows.at(-1), ['2', '€']);
  const declared = await write('declared.csv', Buffer.from('id,name\n1,Ã©\n', 'latin1'));
  assert.deepEqual((await take(declared)).rows, [['1', 'é']]);
  assert.deepEqual((await take(`file:${declared}?encoding=latin1`)).rows, [['1', 'Ã©']]);
  // Any encoding that can be named: `ソ` ends with the byte of a backslash, `|` stands in the second byte of others.
  const japanese = await write('japanese.csv', Buffer.from([...Buffer.from('id|name\n1|'), 0x83, 0x5c, 0x83, 0x7c, 0x0a]));
  assert.deepEqual((await take(`file:${japanese}?encoding=SJIS`)).rows, [['1', 'ソポ']]);
  const cyrillic = await write('cyrillic.csv', Buffer.from([...Buffer.from('id,name\n1,'), 0xc4, 0xe0, 0x0a]));
  assert.deepEqual((await take(`file:${cyrillic}?encoding=windows-1251`)).rows, [['1', 'Да']]);
  assert.throws(() => fileConfig.parse(parseLocation('a.csv?encoding=klingon')), /the name of an encoding/);
  await assert.rejects(take(`file:${await write('no.csv', Buffer.from(plain, 'latin1'))}?encoding=utf-8`), {
    code: 'file.format',
  });
  await assert.rejects(take(await write('half.csv', Buffer.from('\ufeffa,b\n1,\ud800\n', 'utf16le'))), { code: 'file.format' });
});

test('one file with all of it: every cell is accounted for', async () => {
  const text =
    '\ufeffid,name,name,,__proto__,constructor,a.__proto__.x\r\n' +
    '00123,"x\r\ny",,"",9007199254740993,1,"say ""hi"""\n' +
    '7,5" disk,b,c,1234567890123456789012,2,01/02/2024\r' +
    '8,é,b,c,3,3,03/04/2024\r\n';
  const taken = await take(await write('all.csv', text));
  assert.deepEqual(Object.keys(taken.types), ['id', 'name', 'name_2', 'column_4', '__proto__', 'constructor', 'a.__proto__.x']);
  assert.deepEqual(taken.rows, [
    ['00123', 'x\r\ny', null, '', '9007199254740993', '1', 'say "hi"'],
    ['7', '5" disk', 'b', 'c', '1234567890123456789012', '2', '01/02/2024'],
    ['8', 'é', 'b', 'c', '3', '3', '03/04/2024'],
  ]);
  assert.equal(taken.types['id'], 'text');
  assert.equal(taken.types['__proto__'], 'text');
  assert.match(taken.notes.join('; '), /lines end in several ways.*"name".*column 4/);
  assert.equal('x' in {}, false);
});

test('dates that only their writer can read stay text, and the notes say so', async () => {
  const taken = await take(await write('dates.csv', 'd,iso\n01/02/2024,2024-01-02\n03.04.24,2024-03-04\n'));
  assert.deepEqual(taken.types, { d: 'text', iso: 'date' });
  assert.match(taken.notes.join(), /d holds dates like 01\/02\/2024.*stays text/);
});

test('escapes and delimiters show in the file', async () => {
  const escaped = await take(await write('escaped.csv', 'id,name\n1,"say \\"hi\\", you"\n2,"b"\n'));
  assert.deepEqual(escaped.rows, [
    ['1', 'say "hi", you'],
    ['2', 'b'],
  ]);
  assert.match(escaped.notes.join(), /backslash/);
  const late = `a,b;c\n${'1,2;3\n'.repeat(20_000)}${'1;3\n'.repeat(60_000)}`;
  assert.deepEqual(Object.keys((await take(await write('late-delimiter.csv', late))).types), ['a,b', 'c']);
  assert.deepEqual((await take(`file:${await write('own.csv', 'a:b\n1:2\n')}?delimiter=:`)).rows, [['1', '2']]);
  assert.deepEqual((await take(`file:${await write('bare.csv', 'a,b\n"1,2\n')}?quote=`)).rows, [['"1', '2']]);
});

test('delimiters of several characters, or of other alphabets', async () => {
  const rows = [
    ['Ann', 'a||b', '¦ "§"'],
    ['5" disk', 'x\r\n\u001fy', ''],
  ];
  const quoted = (text: string): string => (/[|¦§\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  for (const delimiter of ['||', '::', '¦', '§', '|;|']) {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [['name', 'is', 'as'], ...rows].map((row) => row.map(quoted).join(delimiter) + end).join('');
      const forms = {
        utf8: text,
        mark: `\ufeff${text}`,
        utf16: Buffer.from(`\ufeff${text}`, 'utf16le'),
        latin: Buffer.from(text, 'latin1'),
      };
      for (const [form, bytes] of Object.entries(forms)) {
        const path = await write(`long-${form}.csv`, bytes);
        const taken = await take(`file:${path}?delimiter=${encodeURIComponent(delimiter)}`);
        assert.deepEqual(
          [Object.keys(taken.types), taken.rows],
          [
            ['name', 'is', 'as'],
            [rows[0], [...(rows[1] ?? []).slice(0, 2), null]],
          ],
        );
      }
    }
  }
  const some = async (text: string, settings: string): Promise<Taken> =>
    await take(`file:${await write('long.csv', text)}?${settings}`);
  assert.deepEqual((await some("a||b\n'x||y'||2\n", "delimiter=||&quote='")).rows, [['x||y', '2']]);
  assert.deepEqual((await some("a||b\n'x||2\n", 'delimiter=||')).rows, [["'x", '2']], 'nobody guesses at quotes');
  assert.deepEqual((await some('a||b\n"x\\"||y"||2\n', 'delimiter=||&escape=\\')).rows, [['x"||y', '2']]);
  assert.deepEqual((await some('a||b\n"1||2\n', 'delimiter=||&quote=')).rows, [['"1', '2']]);
  await assert.rejects(async () => await some('a||b\n"x" y||2\n', 'delimiter=||'), /behind a closing quote/);
  const all = Array.from({ length: 31 }, (_, at) => String.fromCharCode(at + 1)).join('');
  await assert.rejects(async () => await some(`a||b\n"${all}\x7f"||2\n`, 'delimiter=||'), /no character is left/);
  const book = await write(
    'long.xlsx',
    workbook({
      sheets: {
        one: [
          ['a', 'b||c'],
          ['1', '2'],
        ],
      },
    }),
  );
  assert.deepEqual(Object.keys((await take(`file:${book}?delimiter=||`)).types), ['a', 'b||c']);
});

test('quoted line ends over the edges of blocks, and a value of 10 MB', async () => {
  const mega = 1 << 20;
  const lines = ['id,v'];
  for (let at = 0, id = 0; at < 3 * mega; id++) {
    const edge = mega - (at % mega);
    const line = edge < 200 ? `${id},"${'x'.repeat(Math.max(0, edge - 8))}\r\n\n,""y"` : `${id},${'p'.repeat(90)}`;
    lines.push(line);
    at += line.length + 1;
  }
  const taken = await take(await write('edges.csv', `${lines.join('\n')}\n`));
  assert.equal(taken.rows.length, lines.length - 1);
  assert.ok(taken.rows.every(([id], at) => id === String(at)));
  const large = 'ab\n'.repeat(3_500_000);
  const wide = await take(await write('large.csv', `id,v\n1,"${large}"\n2,b\n`));
  assert.deepEqual(
    wide.rows.map(([id, v]) => [id, v?.length]),
    [
      ['1', large.length],
      ['2', 1],
    ],
  );
});

test('JSON over several lines, and arrays of objects', async () => {
  const records = String.raw`{"n": 12345678901234567890.10, "s": "a ] } \" ,\n"}`;
  for (const [name, text] of [
    ['array.json', `\ufeff[\n  ${records},\n  {"n": 1,\r\n "s": null}\n]\n`],
    ['pretty.json', `{\n"n": 12345678901234567890.10,\n "s": "a ] } \\" ,\\n"\n}\n{"n": 1, "s": null}`],
    ['tight.ndjson', `[${records},{"n":1,"s":null}]`],
  ] as const) {
    const taken = await take(await write(name, text));
    assert.deepEqual(taken.types, { n: 'decimal(38,2)', s: 'text' }, name);
    assert.deepEqual(taken.rows, [
      ['12345678901234567890.10', 'a ] } " ,\n'],
      ['1', null],
    ]);
  }
  await assert.rejects(take(await write('cut.json', '[{"n": 1}, {"n":')), { code: 'file.truncated' });
  await assert.rejects(take(await write('behind.json', '[{"n": 1}] x')), { code: 'file.format' });
  await assert.rejects(take(await write('comma.json', '[{"n": 1},]')), { code: 'file.format' });
});

test('several files are one stream, their columns matched by name', async () => {
  await write('part-2.csv', 'name;id\nb;2\n');
  await write('part-1.csv', 'id,name\n1,a\n');
  await write('part-10.csv.gz', gzipSync('id,name\n10,c\n'));
  const taken = await take(join(scratch, 'part-*'.concat('?format=csv')));
  assert.deepEqual(taken.rows.toSorted(), [
    ['1', 'a'],
    ['10', 'c'],
    ['2', 'b'],
  ]);
  assert.deepEqual(taken.types, { id: 'bigint', name: 'text' });
  await write('odd-1.csv', 'id,name\n1,a\n');
  await write('odd-2.csv', 'id,other\n1,a\n');
  await assert.rejects(take(join(scratch, 'odd-*.csv')), { code: 'file.format', message: /odd-2\.csv has no column name/ });
  await assert.rejects(take(join(scratch, 'nothing-*.csv')), { code: 'file.missing' });
  await write('l-1.ndjson', '{"a":1}\n');
  await write('l-2.ndjson', '{"b":"x"}\n');
  assert.deepEqual((await take(join(scratch, 'l-*.ndjson'))).rows, [
    ['1', null],
    [null, 'x'],
  ]);
});

test('a sheet: what the file stores, dates as ISO text', async () => {
  const path = await write(
    'book.xlsx',
    workbook({
      sheets: {
        Orders: [
          ['id', 'day', 'moment', 'zip', 'amount', 'note', 'ok'],
          [
            { n: '1' },
            { n: '45292', style: 1 },
            { n: '45292.520833333336', style: 2 },
            '00501',
            { n: '0.1' },
            'a, "b"\nc',
            { b: true },
          ],
          [],
          [{ n: '9007199254740993' }, { n: '45351', style: 1 }, undefined, '10001', { n: '1.5E-7' }, ''],
        ],
        'Second sheet': [['x'], ['y']],
      },
    }),
  );
  const taken = await take(path);
  assert.deepEqual(taken.types, {
    id: 'bigint',
    day: 'date',
    moment: 'timestamp',
    zip: 'text',
    amount: 'decimal(18,8)',
    note: 'text',
    ok: 'boolean',
  });
  assert.deepEqual(taken.rows, [
    ['1', '2024-01-01', '2024-01-01 12:30:00', '00501', '0.1', 'a, "b"\nc', 'true'],
    ['9007199254740993', '2024-02-29', null, '10001', '0.00000015', '', null],
  ]);
  assert.match(taken.notes.join(), /its sheet "Orders" is read/);
  assert.deepEqual((await take(`file:${path}?sheet=Second sheet`)).rows, [['y']]);
  assert.deepEqual((await take(`file:${path}?sheet=2`)).rows, [['y']]);
  await assert.rejects(take(`file:${path}?sheet=none`), { code: 'file.missing', hint: /Orders, Second sheet/ });
});

test('an address is fetched once, and its packed file opened', async (t) => {
  let asked = 0;
  const server = createServer(({ url }, answer) => {
    asked += 1;
    answer.end(url?.endsWith('.gz?key=s3cret') ? gzipSync(plain) : plain);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  assert.deepEqual((await take(`${base}/orders.csv.gz?key=s3cret`)).rows, rows);
  assert.equal(asked, 1);
  assert.deepEqual((await take(`${base}/export?id=4#format=csv`)).rows, rows);
  await assert.rejects(take(`${base}/orders.csv#limit=10`), { code: 'file.limit' });
});
