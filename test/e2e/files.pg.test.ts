/** Files as people have them, through the command, into every kind of destination: every cell arrives, or a row is refused. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { workbook, zip } from '../support/archives.ts';
import { receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(() => site[Symbol.asyncDispose]());
const pg = await site.server.database('target');
const duck = `duckdb:${site.path('target.duckdb')}`;

const csv = 'id,day,name\n00123,2024-01-02,"Zoë, 5"""\n7,2024-02-29,\n';
const expected = [
  ['00123', '2024-01-02', 'Zoë, 5"'],
  ['7', '2024-02-29', null],
];
const sheet = [
  ['id', 'day', 'name'],
  ['00123', { n: '45293', style: 1 }, 'Zoë, 5"'],
  ['7', { n: '45351', style: 1 }, undefined],
];
const forms: readonly (readonly [string, string | Uint8Array])[] = [
  ['packed.csv.gz', gzipSync(csv)],
  ['packed.csv.zst', zstdCompressSync(csv)],
  ['packed.csv.zip', zip({ 'a.csv': csv })],
  ['wide.csv', Buffer.from(`\ufeff${csv}`, 'utf16le')],
  ['windows.csv', Buffer.from(csv.replaceAll('\n', '\r\n'), 'latin1')],
  ['mixed.csv', csv.replace('\n', '\r\n')],
  ['blank.csv', `\n${csv.replace('\n7', '\n\n\n7')}\n\n`],
  ['apostrophes.csv', `id;day;name\r\n'00123';'2024-01-02';'Zoë, 5"'\r\n'7';'2024-02-29';\r\n`],
  ['tabs.tsv', 'id\tday\tname\n00123\t2024-01-02\t"Zoë, 5"""\n7\t2024-02-29\t\n'],
  ['array.json', '[{"id":"00123","day":"2024-01-02","name":"Zoë, 5\\""},\n{"id":"7","day":"2024-02-29","name":null}]'],
  ['book.xlsx', workbook({ sheets: { One: sheet } })],
];

for (const [kind, to] of [
  ['postgres', pg],
  ['duckdb', duck],
] as const) {
  test(`every form of a file gives the same table in ${kind}, new or there before`, async () => {
    for (const [name, content] of forms) {
      const from = site.file(name, content);
      for (const again of [false, true]) {
        const receipt = receiptOf(await site.run(['sync', from, to, '--into', 'people']));
        assert.deepEqual([receipt.read, receipt.written], [2, 2], `${name} ${again}`);
        const stored = await site.rows(to, 'select id, day::text, name from people order by id');
        assert.deepEqual(stored, expected, name);
      }
      await site.run(['sync', from, to, '--into', 'people', '--existing', 'recreate']);
    }
  });

  test(`quotes inside values that are not quoted arrive as they are in ${kind}, whatever the table fixes`, async () => {
    const from = site.file('inches.csv', 'id,size\n1,5" disk\n2,"6"" disk"\n3,7"\n');
    for (const more of [[], [], ['--select', 'size,id'], ['--max-rejects', '1'], ['--mode', 'merge', '--key', 'id']]) {
      const receipt = receiptOf(await site.run(['sync', from, to, '--into', 'inches', ...more]));
      assert.equal(receipt.read, 3, more.join(' '));
      const stored = await site.rows(to, 'select id::text, size from inches order by id');
      assert.deepEqual(stored, [
        ['1', '5" disk'],
        ['2', '6" disk'],
        ['3', '7"'],
      ]);
    }
  });

  test(`rows that do not fit are set aside from every form of a file, into ${kind}`, async () => {
    const bad = 'id,n\n1,1\n2,x\n3\n4,4\n5,\0\n';
    const binary = bad.replace('5,\0\n', '');
    const cases: readonly (readonly [string, string | Uint8Array, number])[] = [
      ['bad.csv', bad, 3],
      ['bad.csv.gz', gzipSync(bad), 3],
      ['bad-wide.csv', Buffer.from(`\ufeff${binary}`, 'utf16le'), 2],
      ['bad-mixed.csv', binary.replace('\n', '\r\n'), 2],
    ];
    for (const [name, content, rejected] of cases) {
      const from = site.file(name, content);
      const rejects = site.path('set-aside.csv');
      const args = ['sync', from, to, '--into', 'fit', '--existing', 'recreate', '--cast', 'n=integer', '--cast', 'id=integer'];
      const stopped = await site.run(args);
      assert.notEqual(stopped.code, 0, name);
      const receipt = receiptOf(await site.run([...args, '--max-rejects', '3', '--rejects', rejects]), 3);
      assert.deepEqual([receipt.written, receipt.rejected], [2, rejected], name);
      const lines = readFileSync(rejects, 'utf8').trim().split('\n');
      assert.equal(lines[0], 'line,row,field,code,reason,value');
      assert.match(lines.join('\n'), /^3,2,n,value\.invalid,not a integer,x$/m, name);
      assert.match(lines.join('\n'), /^4,,n,file\.format,missing columns,3$/m, name);
    }
  });

  test(`a refused row is told with its place and its value, whatever kind of file it is in, into ${kind}`, async () => {
    mkdirSync(site.path('kinds'), { recursive: true });
    const sheets = {
      One: [
        ['id', 'n'],
        ['1', '1'],
        ['2', 'x'],
        ['4', { n: '4' }],
      ],
    };
    const json = '{"id":1,"n":1}\n\n{"id":2,"n":"x"}\nbroken\n{"id":4,"n":4}\n';
    receiptOf(await site.run(['sync', site.file('good.csv', 'id,n\n1,1\n2,x\n4,4\n'), site.path('kinds/one.parquet')]));
    const noObject = 'file.format,not a JSON object with distinct keys';
    const notWhole = 'n,value.invalid,not a integer,x';
    const cases: readonly (readonly [string, string | Uint8Array | undefined, readonly string[]])[] = [
      ['one.xlsx', workbook({ sheets }), [`3,2,${notWhole}`]],
      ['one.csv.zip', zip({ 'a.csv': '\nid,n\n1,"1"\n2,x\n4,4\n' }), [`4,2,${notWhole}`]],
      ['one.tsv', 'id\tn\n1\t1\n\n2\tx\n4\t4\n', [`4,2,${notWhole}`]],
      ['one.ndjson', json, [`3,2,${notWhole}`, `4,3,,${noObject},broken`]],
      ['one.ndjson.gz', gzipSync(json), [`3,2,${notWhole}`, `4,3,,${noObject},broken`]],
      [
        'one.json',
        '[{"id":1,"n":1},\n{"id":2,\n"n":"x"},"broken",{"id":4,"n":4}]',
        [`,2,${notWhole}`, `,3,,${noObject},"""broken"""`],
      ],
      ['one.parquet', undefined, [`,2,${notWhole}`]],
    ];
    const rejects = site.path('kinds/rejects');
    const args = ['--into', 'kinds', '--existing', 'recreate', '--cast', 'n=integer', '--cast', 'id=integer'];
    const sync = async (from: string, limit: string) =>
      await site.run(['sync', from, to, ...args, '--max-rejects', limit, '--rejects', rejects]);
    for (const [name, content, lines] of cases) {
      const from = content === undefined ? site.path(`kinds/${name}`) : site.file(`kinds/${name}`, content);
      assert.equal((await sync(from, '0')).code, 1, name);
      const { written, rejected } = receiptOf(await sync(from, '50%'), 3);
      assert.deepEqual([written, rejected], [2, lines.length], name);
      assert.equal(readFileSync(rejects, 'utf8'), ['line,row,field,code,reason,value', ...lines, ''].join('\n'), name);
    }
    // Of several files each counts its own.
    const several: readonly (readonly [string, Readonly<Record<string, string | Uint8Array>>, readonly string[]])[] = [
      [
        'csv',
        { '1.csv': 'id,n\n1,1\n', '2.csv': 'n;id\n"x\ny";2\nx;2\n', '3.csv': 'id,n\n3\n4,x\n' },
        [
          '2.csv,2,1,n,value.invalid,not a integer,"x\ny"',
          `2.csv,4,2,${notWhole}`,
          '3.csv,2,,n,file.format,missing columns,3',
          `3.csv,3,1,${notWhole}`,
        ],
      ],
      [
        'ndjson',
        { '1.ndjson': '{"id":1,"n":1}', '2.ndjson': json },
        [`2.ndjson,3,2,${notWhole}`, `2.ndjson,4,3,,${noObject},broken`],
      ],
      [
        'parquet',
        { '1.parquet': readFileSync(site.path('kinds/one.parquet')), '2.parquet': readFileSync(site.path('kinds/one.parquet')) },
        [`1.parquet,,2,${notWhole}`, `2.parquet,,2,${notWhole}`],
      ],
    ];
    for (const [form, files, lines] of several) {
      mkdirSync(site.path(`kinds/${form}`), { recursive: true });
      for (const [name, content] of Object.entries(files)) site.file(`kinds/${form}/${name}`, content);
      const { rejected } = receiptOf(await sync(site.path(`kinds/${form}/*.${form}`), '80%'), 3);
      assert.equal(rejected, lines.length);
      assert.equal(readFileSync(rejects, 'utf8'), ['file,line,row,field,code,reason,value', ...lines, ''].join('\n'));
    }
  });
}

test('numbers in JSON lines keep every digit, in values of their own and deep inside of others', async () => {
  const nested = '{"big":123456789012345678901234567890,"d":1.10,"e":1E5,"z":-0,"f":[0.1000000000000000055511151231257827]}';
  const numbers = ['123456789012345678901234567890.10', '-0', '1.10', '1e2', '9007199254740993'];
  const from = site.file('digits.ndjson', numbers.map((n, id) => `{"id":${id},"n":${n},"j":${nested}}\n`).join(''));
  for (const to of [pg, duck]) {
    receiptOf(await site.run(['sync', from, to, '--into', 'digits']));
    const stored = await site.rows(to, 'select n, j::text from digits order by id');
    assert.deepEqual(
      stored,
      numbers.map((n) => [n, nested]),
      to,
    );
    const one = site.file('one.ndjson', `{"id":0,"n":${numbers[0]}}\n`);
    receiptOf(await site.run(['sync', one, to, '--into', 'typed', '--cast', 'n=decimal(38,2)']));
    const [[first] = []] = await site.rows(to, 'select n::text from typed');
    assert.equal(first, numbers[0]);
  }
});

test('a zero byte is refused and counted, never lost, whatever the type of its column', async () => {
  const from = site.file('zero.csv', 'id,name\n1,a\0b\n2,c\n');
  const rejects = site.path('zeros.csv');
  for (const to of [pg, duck]) {
    const receipt = receiptOf(
      await site.run(['sync', from, to, '--into', 'zero', '--max-rejects', '1', '--rejects', rejects]),
      3,
    );
    assert.deepEqual([receipt.read, receipt.written, receipt.rejected], [2, 1, 1]);
    assert.match(readFileSync(rejects, 'utf8'), /name,value\.invalid,not a text without zero bytes,a\0b/);
    assert.match(receipt.warnings.join(), /1 zero byte/);
  }
});

test('plan and receipt say how a file is read, and what stays text', async () => {
  const from = site.file('told.csv', Buffer.from('id,id,when\n1,é,01/02/2024\n', 'latin1'));
  const planned = await site.run(['plan', from, duck, '--into', 'told']);
  const text = JSON.stringify(planned.json);
  for (const said of [/windows-1252/, /id_2/, /when holds dates/]) assert.match(text, said);
  const receipt = receiptOf(await site.run(['sync', from, duck, '--into', 'told']));
  assert.match(receipt.warnings.join(), /windows-1252.*id_2.*when holds dates/);
});

test('several files are one table; a refused row names its file', async () => {
  site.file('day-1.csv', 'id,name\n1,a\n');
  site.file('day-2.csv.gz', gzipSync('name;id\nb;2\nx\n'));
  const rejects = site.path('days.csv');
  const from = `file:${site.path('day-*')}?format=csv`;
  for (const to of [pg, duck]) {
    const more = ['--into', 'days', '--max-rejects', '1', '--rejects', rejects];
    const receipt = receiptOf(await site.run(['sync', from, to, ...more]), 3);
    assert.deepEqual([receipt.read, receipt.written, receipt.rejected], [3, 2, 1]);
    assert.deepEqual(await site.rows(to, 'select id::text, name from days order by id'), [
      ['1', 'a'],
      ['2', 'b'],
    ]);
    assert.match(readFileSync(rejects, 'utf8'), /day-2\.csv/);
  }
  site.file('even-1.csv', 'id,name\n1,a\n');
  site.file('even-2.csv', 'id,name\n2,b\n');
  for (const to of [pg, duck, site.path('even.ndjson'), site.path('even.parquet')]) {
    assert.equal(receiptOf(await site.run(['sync', site.path('even-*.csv'), to, '--into', 'even'])).written, 2, to);
  }
});

test('what is cut off, bloated or leads out of its archive shows nothing', async () => {
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['cut.csv.gz', gzipSync(csv.repeat(2000)).subarray(0, -10), 'file.truncated'],
    ['bomb.csv.gz', gzipSync(Buffer.alloc(64 << 20)), 'file.limit'],
    ['paths.csv.zip', zip({ '../out.csv': csv }), 'file.format'],
  ];
  for (const [name, content, code] of cases) {
    const from = site.file(name, content);
    for (const to of [pg, duck]) {
      const result = await site.run(['sync', from, to, '--into', 'never']);
      assert.notEqual(result.code, 0);
      assert.match(result.stdout, new RegExp(code.replace('.', '\\.')));
    }
  }
  assert.deepEqual(await site.rows(pg, "select count(*)::text from pg_class where relname = 'never'"), [['0']]);
});

test('a pipe and an address are unpacked like a file', async (t) => {
  const piped = await site.run(['sync', '-', duck, '--format', 'csv', '--into', 'piped'], { input: gzipSync(csv) });
  assert.equal(receiptOf(piped).written, 2);
  let asked = 0;
  const server = createServer((_request, answer) => {
    asked += 1;
    answer.end(gzipSync(csv));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const receipt = receiptOf(await site.run(['sync', `${base}/people.csv.gz?key=s3cret`, duck]));
  assert.deepEqual([receipt.table, receipt.written, asked], ['people', 2, 1]);
  assert.doesNotMatch(JSON.stringify(receipt), /s3cret/);
});
