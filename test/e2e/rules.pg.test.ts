/** `--schema`: rows held to rules on their way through the command, refused ones in a file. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { failureOf, receiptOf, requireClean } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(() => site[Symbol.asyncDispose]());

const schema = site.file(
  'people.json',
  JSON.stringify({
    fields: [
      { name: 'id', from: ['Id', 'ID'], type: 'integer', rules: ['required', 'unique'] },
      {
        name: 'email',
        from: 'E-mail',
        trim: true,
        case: 'lower',
        rules: [
          { rule: 'pattern', pattern: '^[^@\\s]+@[^@\\s]+$' },
          { rule: 'pattern', pattern: '^(?!test)', level: 'warning', message: 'looks like a test' },
        ],
      },
      { name: 'age', type: 'smallint', rules: [{ rule: 'range', min: 0, max: 150, message: 'nobody is that old' }] },
      { name: 'start', type: 'date' },
      { name: 'end', type: 'date' },
    ],
    rules: [{ rule: 'compare', left: 'start', is: '<=', right: 'end' }],
  }),
);
const people = site.file(
  'people.csv',
  `ID,name,E-mail,age,start,end
1,Ann, Ann@Example.com ,30,2024-01-01,2024-02-01
2,Bob,bob-the-builder,27182,2024-03-01,2024-02-01
3,Cid,cid@example.com,x,,
3,Dan,test@example.com,15,2024-01-01,2024-01-01
4,Eve,TEST2@example.com,,2024-01-01,
`,
);
const rejects = `line,row,field,code,reason,value
3,2,email,rule.pattern,not in the form that is asked for,bob-the-builder
3,2,age,rule.range,nobody is that old,27182
3,2,"start, end",rule.compare,not start <= end,"2024-03-01, 2024-02-01"
4,3,age,value.invalid,not a smallint,x
4,3,id,rule.unique,not unique,3
5,4,id,rule.unique,not unique,3
`;
const good = [
  ['1', 'ann@example.com', '30', '2024-01-01', '2024-02-01'],
  ['4', 'test2@example.com', null, '2024-01-01', null],
];

test('import: three errors of a row are three lines and one rejected row; warnings are counted', async () => {
  const bad = site.path('bad.csv');
  const args = ['import', people, '--schema', schema, '--max-rejects', '3', '--rejects', bad];
  const result = await site.run(args);
  const receipt = receiptOf(result, 3);
  assert.deepEqual([receipt.read, receipt.added, receipt.rejected, receipt.lane], [5, 2, 3, 'staged']);
  assert.deepEqual(receipt.warnings, ['2 rows: the field email: looks like a test']);
  assert.equal(readFileSync(bad, 'utf8'), rejects);
  assert.deepEqual(await site.rows(`duckdb:${site.stateDir}/files/1/warehouse.db`, 'select * from people order by id'), good);
});

test('without --max-rejects the first row stops the run; nothing is published, no value is shown', async () => {
  const target = await site.server.database();
  const result = await site.run(['sync', people, target, '--schema', schema]);
  assert.equal(result.code, 1);
  const failure = failureOf(result);
  assert.equal(failure.code, 'value.invalid');
  assert.match(failure.message, /row 2: the field email is not in the form that is asked for; 3 rows are refused/);
  requireClean(result, ['bob-the-builder', '27182']);
  assert.deepEqual(await site.server.sql(target, "select count(*) from pg_tables where schemaname = 'public'"), [['0']]);
});

test('a table is held to rules on its way to another server, and the plan says which', async () => {
  const [source, target] = [await site.server.database(), await site.server.database()];
  await site.server.sql(
    source,
    `create table people ("Id" int, name text, "E-mail" text, age text, start date, "end" date);
     insert into people values (1, 'Ann', ' Ann@Example.com ', '30', '2024-01-01', '2024-02-01'), (2, 'Bob', 'bob-the-builder', '27182', '2024-03-01', '2024-02-01'),
       (3, 'Cid', 'cid@example.com', 'x', null, null), (3, 'Dan', 'test@example.com', '15', '2024-01-01', '2024-01-01'),
       (4, 'Eve', 'TEST2@example.com', null, '2024-01-01', null)`,
  );
  const flow = [source, target, '--stream', 'people', '--schema', schema, '--max-rejects', '60%'];
  const plan = await site.run(['plan', ...flow]);
  const planned = plan.json.find(({ type }) => type === 'plan');
  assert.match(JSON.stringify(planned?.['reasons']), /age: range from 0 to 150/);
  const bad = site.path('bad-table.csv');
  const receipt = receiptOf(await site.run(['sync', ...flow, '--rejects', bad]), 3);
  assert.deepEqual([receipt.read, receipt.added, receipt.rejected], [5, 2, 3]);
  // Rows of a table stand on no line.
  assert.equal(readFileSync(bad, 'utf8'), rejects.replaceAll(/^\d+/gm, ''));
  assert.deepEqual(
    await site.server.sql(target, 'select id::text, email, age::text, start::text, "end"::text from people order by id'),
    good,
  );
});

test('a schema that is wrong is refused before anything is read', async () => {
  const wrong = site.file('wrong.json', '{"fields": [{"name": "id", "rules": ["requird"]}]}');
  const missing = site.file('missing.json', '{"fields": [{"name": "mail", "from": "E-mial"}]}');
  const fails = async (args: readonly string[], exit: number, code: string, message: RegExp): Promise<void> => {
    const result = await site.run(['import', people, ...args]);
    assert.equal(result.code, exit);
    assert.equal(failureOf(result).code, code);
    assert.match(`${failureOf(result).message} ${failureOf(result).hint}`, message);
  };
  await fails(['--schema', wrong], 2, 'usage.schema', /fields\[0\]\.rules\[0\]/);
  await fails(['--schema', site.path('none.json')], 1, 'file.missing', /none\.json/);
  await fails(['--schema', missing], 1, 'field.missing', /did you mean E-mail/);
  await fails(['--schema', schema, '--cast', 'id=text'], 2, 'usage.arguments', /--schema and --cast/);
});

test('a pattern that takes forever ends the run with its name', async () => {
  const slow = site.file(
    'slow.json',
    JSON.stringify({ fields: [{ name: 'v', rules: [{ rule: 'pattern', pattern: '^(a+)+(?<!b)$' }] }] }),
  );
  const result = await site.run(['import', site.file('slow.csv', `v\n${'a'.repeat(60)}!\n`), '--schema', slow]);
  assert.equal(result.code, 1);
  assert.equal(failureOf(result).code, 'rule.timeout');
  assert.match(failureOf(result).message, /the pattern of field v/);
});
