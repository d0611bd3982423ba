import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { DuckFolder, openDuckFolder } from '../../test/support/duck-folder.ts';
import type { Duck } from './context.ts';
import { duckType, quoteText } from './duck-sql.ts';
import { evidence, evidenceAt, shortcutOf, staysOf, typeOf, type Evidence } from './text-types.ts';

/** Texts between bars. */
const typical = [
  'true|7|-7|1.5|-10.25|0.5|123456789012345678901.25|0.3333333333333333333333333333333333333|2024-01-31',
  '2024-01-31 10:20:30|2024-01-31 10:20:30.5|2024-01-31 10:20:30+00|2024-01-31 10:20:30.123456+00',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|31/01/2024|words',
].flatMap((line) => line.split('|'));

const odd = [
  '| |TRUE|false|t|1|0|-0|+1|007| 7|7 |1_000|0x10|1e3|12345678901234567|999999999999999999|-999999999999999999',
  '1000000000000000000|9223372036854775807|9223372036854775808|1.|.5|-.5|-0.0|-0.50|0.50|00.5|1.50|1.500|1.005|1,5',
  '1.5e3|1.5 |99999999999999999999999999999999999999|99999999999999999999999999999999999999999',
  '999999999999999999999999999999999999.25|-999999999999999999999999999999999999.25',
  '9999999999999999999999999999999999999.25|1.33333333333333333333333333333333333333|99999999999999999.5|NaN|inf',
  '2024-1-31|2024-02-30|0001-01-01|10000-01-01|0044-03-15 (BC)|0044-03-15 BC|infinity|-infinity|epoch',
  '2024-01-31T10:20:30|2024-01-31 10:20|2024-01-31 10:20:30.50|2024-01-31 10:20:30.1234567|2024-01-31 25:00:00',
  '10000-01-01 00:00:00|0044-03-15 10:00:00 (BC)|2024-01-31 00:00:00|2024-01-31 10:20:30Z|2024-01-31 10:20:30+02',
  '2024-01-31 10:20:30+05:30|10000-01-01 00:00:00+00|0044-03-15 10:00:00+00 (BC)|2024-01-31 10:20:30.50+00',
  'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}|a0eebc999c0b4ef8bb6d6bb9bd380a11',
  '1/2/24|ß',
].flatMap((line) => line.split('|'));

async function openSamples(t: TestContext): Promise<Duck> {
  const place = await openDuckFolder(DuckFolder);
  t.after(async () => await place[Symbol.asyncDispose]());
  const { duck } = place;
  await duck.run(`create table samples as select unnest([${typical.map(quoteText).join(', ')}]) as s`);
  await duck.run(`create table texts as select unnest([${[...typical, ...odd].map(quoteText).join(', ')}, null]) as t`);
  return duck;
}

test('a shortcut changes nothing of what is found in any text', async (t) => {
  const duck = await openSamples(t);
  const ask = async (value: string, from: string, sample?: Evidence): Promise<readonly Evidence[]> => {
    const rows = await duck.rows(`select ${evidence(value, sample && shortcutOf(value, sample)).join(', ')} from ${from}`);
    return rows.map((row) => evidenceAt(row, 0));
  };
  for (const value of typical) {
    const [sample] = await ask('s', `samples where s = ${quoteText(value)}`);
    assert.ok(sample);
    // A column of this value, then of it and each other text.
    const column = `(select t as other, unnest([${quoteText(value)}, t]) as t from texts) group by other order by other`;
    const [full, quick] = [await ask('t', column), await ask('t', column, sample)];
    assert.deepEqual(quick.map(typeOf), full.map(typeOf), value);
    assert.deepEqual(
      quick.map(({ bits }) => bits),
      full.map(({ bits }) => bits),
      value,
    );
  }
});

test('a text leaves the type of a sample as it is just where both together have that type', async (t) => {
  const duck = await openSamples(t);
  const pairs = [...typical.map((value) => [value]), ...typical.map((value) => [value, '10.25']), []];
  for (const sample of pairs) {
    const values = sample.length === 0 ? '[null]' : `[${sample.map(quoteText).join(', ')}]`;
    const [found = []] = await duck.rows(`select ${evidence('s').join(', ')} from (select unnest(${values}) as s)`);
    const known = evidenceAt(found, 0);
    const type = typeOf(known);
    // Text that is known to be text stays so by itself.
    if (known.bits !== null && type.kind === 'text') continue;
    const stays = staysOf(type, 't', `cast(try_cast(t as ${duckType(type)}) as VARCHAR)`);
    const together = evidence('u').join(', ');
    const rows = await duck.rows(
      `select other, any_value(stays), ${together} from (select t as other, ${stays} as stays, unnest(list_append(${values}, t)) as u ` +
        `from texts where t is not null) group by other order by other`,
    );
    for (const [other, same, ...all] of rows) {
      const joined = evidenceAt(all, 0);
      const still = JSON.stringify(typeOf(joined)) === JSON.stringify(type) && known.bits !== null;
      assert.equal(same === 'true', still, `${other} after ${sample.join(' and ')}`);
    }
  }
});
