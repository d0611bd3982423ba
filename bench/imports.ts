/** `npm run bench:imports -- [--rows N]`: a file through the whole assessment of a headless import, against what is promised. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { definitionOf } from '../src/domain/fields/definition.ts';
import type { Field, Validator } from '../src/domain/fields/forms.ts';
import { runTask, type AssessTask } from '../src/domain/run.ts';
import type { Hooks } from '../src/hooks/hooks.ts';
import { Sandbox } from '../src/hooks/sandbox.ts';
import { parseSchemaFile } from '../src/rules/schema-file.ts';
import { assess } from '../src/shape/assess/assess.ts';
import { openDuck } from '../src/staging/duck.ts';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);

const three: readonly Validator[] = [
  { validate: 'required' },
  { validate: 'length', min: 1, max: 40 },
  { validate: 'regex_match', regex: '^[A-Za-z0-9 ]+$' },
];
const field = (key: string, validators: readonly Validator[], more: Partial<Field> = {}): Field => ({
  label: key,
  key,
  validators: [...validators],
  ...more,
});

/** 30 rules, all of which are SQL. */
const fields: readonly Field[] = [
  field('id', [{ validate: 'required' }, { validate: 'unique' }, { validate: 'regex_match', regex: '^[0-9]+$' }]),
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((key) => field(key, three)),
  field('g', [{ validate: 'require_with', fields: ['a'] }, { validate: 'alphabetical' }, { validate: 'length', max: 20 }]),
  field('h', [
    { validate: 'require_without', fields: ['b'] },
    { validate: 'regex_exclude', regex: 'x{9}' },
    { validate: 'length', max: 20 },
  ]),
  field('i', [
    { validate: 'require_with_values', fieldValues: { a: 'never' } },
    { validate: 'unique_with', uniqueKey: 'k' },
    { validate: 'length', max: 30 },
  ]),
];

async function fileOf(path: string): Promise<void> {
  const lines = function* (): Generator<string> {
    yield `${fields.map(({ key }) => key).join(',')}\n`;
    for (let from = 0; from < rows; from += 1000) {
      const some = Array.from({ length: Math.min(1000, rows - from) }, (_, at) => {
        const n = from + at;
        const texts = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => `${key} value ${n % 9973}`);
        return `${n},${texts.join(',')},word,text ${n % 7},i${n}\n`;
      });
      yield some.join('');
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(path));
}

const cases: readonly { readonly title: string; readonly hooks: Hooks; readonly floor: number }[] = [
  { title: '30 rules', hooks: {}, floor: 250_000 },
  {
    title: '30 rules and a column hook',
    hooks: {
      columnHooks: [{ fieldName: 'a', callback: '(v) => v.map(({ index, value }) => ({ index, value: value.toUpperCase() }))' }],
    },
    floor: 100_000,
  },
  {
    title: '30 rules and a whole-row hook',
    hooks: {
      rowHooks: [
        '(record) => { let length = 0; for (const key of Object.keys(record.row)) length += record.row[key].value.length; record.row.h.value = "text " + length; return record }',
      ],
    },
    floor: 20_000,
  },
];

const folder = await mkdtemp(join(tmpdir(), 'headgate-imports-'));
try {
  const path = join(folder, 'in.csv');
  await fileOf(path);
  const { size } = await stat(path);
  console.log(
    `${availableParallelism()} cores, Node ${process.versions.node}, ${rows} rows of ${fields.length} fields, ${size} bytes`,
  );
  for (const { title, hooks, floor } of cases) {
    await using duck = await openDuck({}, { scratch: folder, signal: new AbortController().signal });
    await using sandbox = new Sandbox();
    const { definition, many, needed, hidden } = definitionOf(fields, 'fuzzy');
    const task = runTask.parse({ kind: 'assess', definition, many, needed, hidden }) as AssessTask; // as its kind says
    const csv = { delimiter: ',', quote: '"', escape: '"', header: false };
    const file = { path, size, modified: '0', schema: { fields: [] }, csv };
    const schema = parseSchemaFile(JSON.stringify(definition), 'the fields');
    const begun = performance.now();
    const scratch = join(folder, 'scratch');
    const some = Object.keys(hooks).length > 0;
    const found = await assess(duck, { file, schema, task, scratch, ...(some && { hooking: { sandbox, hooks } }) });
    const speed = rows / ((performance.now() - begun) / 1000);
    if (found.counts.rows !== rows) throw new Error(`${found.counts.rows} rows came through`);
    if (speed < floor) process.exitCode = 1;
    console.log(
      `${speed >= floor ? 'met ' : 'MISS'} ${title}: ${Math.round(speed).toLocaleString('en')} rows/s, promised ${floor.toLocaleString('en')}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
