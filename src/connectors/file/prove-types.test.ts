import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { readCsv } from '../../sdk/duck-sql.ts';
import { evidence, evidenceAt, isText, typeOf, type Evidence } from '../../sdk/text-types.ts';
import { openDuck } from '../../staging/duck.ts';
import { openFolder } from '../../../test/support/site.ts';
import { settleCsv } from './input/csv.ts';
import { inspect } from './input/inspect.ts';
import { fileConfig } from './location.ts';
import { proveTypes } from './prove-types.ts';

const site = openFolder();
after(() => site[Symbol.asyncDispose]());
const { signal } = new AbortController();

/** What a column of some kind has at first, and what may come behind. */
const firsts = [
  '7|-12|999999999999999999',
  '1.25|3|-10.5',
  '123456789012345678901.25|1.5',
  'true|FALSE',
  '2024-02-29|1999-12-31',
  '2024-01-31 10:20:30|2024-01-31T10:20:30.25|2024-01-31',
  '2024-01-31 10:20:30+00|2024-01-31 10:20:30.5+05:30|2024-01-31 10:20:30Z',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  "word|grün|it's|",
  '""|"a ""b"""|"x,y"|"x\ny"',
  '"7"|"8"|',
  '|',
].map((line) => line.split('|'));
const lates = [
  '|""|"|\'s|x|x"y|" z"| "z"|7|07|-0|1.5|1.255|12345678901234567.25|1234567890123456789|"1.5"|"x""y"|"x|tRUE|1',
  '2024-02-29|2023-02-29|2024-01-31T23:59:59.123456|2024-01-31 24:00:00|2024-01-31 10:20:30+14|2024-01-31 10:20:30-08',
  'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12|\0|a,b|\n|\r\n|\r|ß|31/01/2024|"ß\r\n"',
].flatMap((line) => line.split('|'));

const column = fc.record({ first: fc.constantFrom(...firsts), late: fc.option(fc.constantFrom(...lates), { freq: 2 }) });
const shape = fc.record({
  columns: fc.array(column, { minLength: 1, maxLength: 5 }),
  header: fc.boolean(),
  quote: fc.constantFrom('"', '"', '"', ''),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  mark: fc.boolean(),
  ended: fc.boolean(),
});

const sampled = 6;
let files = 0;

test('what is proven is what all records show', async () => {
  await using duck = await openDuck({}, { scratch: site.folder, signal });
  let [proven, refuted] = [0, 0];
  const read = async (path: string, csv: Parameters<typeof readCsv>[2], width: number, most: string) => {
    const names = Array.from({ length: width }, (_, at) => `c${at}`);
    const schema = { fields: names.map((name) => ({ name, nullable: true, type: { kind: 'text' } as const })) };
    const aggregates = names.flatMap((name) => [...evidence(name), `max(strlen(${name}))`]);
    const rows = `(select * from ${readCsv([path], schema, csv)} ${most})`;
    const [row = []] = await duck.rows(`select count(*), ${aggregates.join(', ')} from ${rows}`);
    const found = names.map((_, at): Evidence => evidenceAt(row, 1 + 4 * at));
    return { rows: Number(row[0]), found, longest: names.map((_, at) => Number(row[4 + 4 * at] ?? 0)), schema, names };
  };
  await fc.assert(
    fc.asyncProperty(shape, async ({ columns, header, quote, lineEnd, mark, ended }) => {
      const lines = header ? [columns.map((_, at) => `n${at}`).join(',')] : [];
      for (let at = 0; at < sampled; at++) lines.push(columns.map(({ first }) => first[at % first.length]).join(','));
      const before = `${mark ? '\ufeff' : ''}${lines.join(lineEnd)}${lineEnd}`;
      const last = columns.map(({ first, late }) => late ?? first[0]).join(',');
      const content = `${before}${last}${ended ? lineEnd : ''}`;
      const path = site.file(`proof-${(files += 1)}.csv`, content);
      const csv = { delimiter: ',', quote, escape: quote, header };
      const first = await read(path, { dialect: csv }, columns.length, `limit ${sampled}`).catch(() => undefined);
      // The types of a sample that cannot be read are nothing to begin with.
      if (!first || first.rows < sampled) return;
      const file = { path, name: 'it', notes: [], ...(await inspect(path, 'it')), csv, schema: first.schema };
      const proof = await proveTypes([file], first.names, first.found, { signal });
      if (!proof) {
        refuted++;
        return;
      }
      proven++;
      const all = await read(path, { dialect: csv }, columns.length, '');
      const isOfText = first.found.map(isText);
      const lengths = (longest: readonly number[]): readonly number[] => longest.filter((_, at) => isOfText[at]);
      assert.deepEqual(
        [proof.rows, first.found.map(typeOf), lengths(proof.longest)],
        [all.rows, all.found.map(typeOf), lengths(all.longest)],
        JSON.stringify(content),
      );
      const settled = await settleCsv(file, fileConfig.parse({ path, format: 'csv', header, ...(quote === '' && { quote }) }), {
        signal,
      });
      assert.deepEqual([settled.clean, settled.uneven, settled.dialect], [true, false, csv], JSON.stringify(content));
    }),
    { numRuns: 250 },
  );
  assert.ok(proven > 20 && refuted > 20, `${proven} proven, ${refuted} not`);
});
