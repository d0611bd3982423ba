/** Types guessed from a sample, where refused rows are allowed: the table is the same as with types found over all values. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openDuck } from '../../src/staging/duck.ts';
import { runInProcess } from '../support/engine.ts';
import { openFolder } from '../support/site.ts';

const site = openFolder();
after(() => site[Symbol.asyncDispose]());

/** More records than a sample has. */
const records = 10_200;

/** What a column has in its first records, and what may come last. */
const heads: Readonly<Record<string, (at: number) => string>> = {
  integer: (at) => String(at - 5000),
  decimal: (at) => `${at}.${at % 10}0`,
  boolean: (at) => String(at % 2 === 0),
  date: (at) => `2024-01-${String((at % 28) + 1).padStart(2, '0')}`,
  timestamp: (at) => `2024-01-31 10:20:${String(at % 60).padStart(2, '0')}`,
  instant: (at) => `2024-01-31 10:20:${String(at % 60).padStart(2, '0')}+00`,
  uuid: (at) => `a0eebc99-9c0b-4ef8-bb6d-${String(at).padStart(12, '0')}`,
  text: (at) => `word ${at}`,
  nothing: () => '',
  local: () => '01/02/2024',
};
const lates = [
  '7|-0|007|1.5|1.005|-12345678901234567.25|1234567890123456789|TRUE|1|2024-02-30|2024-01-31|2024-01-31T10:20:30',
  '2024-01-31 10:20:30.5|2024-01-31 10:20:30+02|A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|x|31/01/2024',
].flatMap((line) => line.split('|'));
const column = fc.record({ head: fc.constantFrom(...Object.keys(heads)), late: fc.option(fc.constantFrom(...lates)) });

let files = 0;

/** `ragged` = a record of one field too many is among the last. */
function write(columns: readonly { readonly head: string; readonly late: string | null }[], ragged: boolean): string {
  const lines = [columns.map((_, at) => `c${at}`).join(',')];
  for (let at = 0; at < records; at++) {
    const last = at === records - 1;
    lines.push(columns.map(({ head, late }) => (last && late !== null ? late : heads[head]?.(at))).join(','));
  }
  if (ragged) lines.push([...columns.map(() => '1'), 'more'].join(','));
  return site.file(`guess-${(files += 1)}.csv`, `${lines.join('\n')}\n`);
}

async function tableOf(source: string, options: Readonly<Record<string, string>>): Promise<unknown> {
  const path = site.path(`guess-${(files += 1)}.duckdb`);
  const { stateDir } = site;
  const receipt = await runInProcess({ source, destination: `duckdb:${path}`, stream: 'guess', into: 't', options, stateDir });
  assert.equal(receipt.state, 'succeeded', receipt.error?.message);
  await using duck = await openDuck({ path }, { scratch: site.folder, signal: new AbortController().signal });
  const types = await duck.rows('select column_name, column_type from (describe t)');
  const content = await duck.rows(`select count(*), md5(string_agg(t::text, ';' order by t::text)) from t`);
  return { types, content, rejected: receipt.rejected };
}

test('whatever comes late, types and rows are those that all values have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(column, { minLength: 1, maxLength: 8 }), async (columns) => {
      const file = write(columns, false);
      assert.deepEqual(await tableOf(file, { 'max-rejects': '1' }), await tableOf(file, {}));
    }),
    { numRuns: 6 },
  );
});

test('a guess that holds, and one that the last record proves wrong, beside a record that is refused', async () => {
  for (const late of [null, 'x', '007']) {
    // Nobody guesses where a column holds local dates.
    const guessed = Object.keys(heads).filter((head) => head !== 'local');
    const columns = guessed.map((head) => ({ head, late: head === 'integer' ? late : null }));
    const { rejected: refused, ...ragged } = (await tableOf(write(columns, true), { 'max-rejects': '1' })) as {
      rejected: number;
    };
    const { rejected, ...whole } = (await tableOf(write(columns, false), {})) as { rejected: number };
    assert.deepEqual([refused, rejected, ragged], [1, 0, whole]);
  }
});

/** Past the beginning that a guess is made from. */
const plenty = 20_000;
const line = (at: number): string => `${at},word ${at},"said ""${at}"", ends"`;

/** What a beginning does not show, in the last lines of a file. */
const oddities: Readonly<Record<string, string>> = {
  'nothing odd': '7,a,b\n',
  'no last line end': '7,a,b',
  'lines that end otherwise': '7,a,b\r\n8,c,d\r\n',
  'a carriage return in a value': '7,"a\rb",c\n',
  'a lone carriage return': '7,a,b\r8,c,d\n',
  'a backslash that escapes a quote': '7,"a \\" b",c\n8,"d",e\n',
  'a quote inside a bare value': '7,a"b,c\n8,d,e\n',
  'text behind a closing quote': '7,"a"b,c\n8,d,e\n',
  'blanks around quotes': '7, "a" ,c\n8,d,e\n',
  'a zero byte': '7,a\0b,c\n8,d,e\n',
  'a field too many': '7,a,b,c\n8,d,e\n',
  'a field too few': '7,a\n8,d,e\n',
  'blank lines': '\n\n7,a,b\n',
  'another delimiter': '7;a;b\n8;c;d\n',
  'a value over lines': '7,"a\nb\n\nc",d\n',
};

for (const [name, tail] of Object.entries(oddities)) {
  test(`a file whose end has ${name} is read as one that was looked at whole`, async () => {
    const lines = Array.from({ length: plenty }, (_, at) => line(at));
    const file = site.file(`guess-${(files += 1)}.csv`, `id,name,note\n${lines.join('\n')}\n${tail}`);
    const options = { 'max-rejects': '5' };
    // With a filter nobody guesses.
    assert.deepEqual(await tableOf(file, options), await tableOf(file, { ...options, where: 'true' }));
  });
}
