/** What must be known about a whole document before one of its rows can be judged: doubles, and texts that a thread decides on. */
import type { Rule } from '../domain/rules.ts';
import { quoteName, readCsv } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { isBeyond, uniqueKeys, type SetOf } from './compile.ts';
import type { CellOf } from './condition.ts';
import { sqlPattern } from './pattern.ts';
import { searchTexts } from './search.ts';

export interface RowSource {
  /** A relation whose columns the cells name. */
  readonly from: string;
  readonly cellOf: CellOf;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
}

/** Reads the document once per rule that needs it, only the columns of that rule. Throws `rule.timeout`, `disk.full`. */
export async function openSets(duck: Duck, rules: readonly Rule[], of: RowSource): Promise<SetOf> {
  const tables = new Map<Rule, string>();
  // Rules that compare the same, each at another field, are looked at once.
  const alike = new Map<string, string | undefined>();
  for (const [at, rule] of rules.entries()) {
    const table = quoteName(`set_${at}`);
    if (rule.rule === 'unique') {
      const same = JSON.stringify([rule.fields.toSorted(), rule.ignoreCase]);
      if (!alike.has(same)) {
        const some = await doubles(duck, table, uniqueKeys(rule, of.cellOf), of.from);
        alike.set(same, some > 0 ? table : undefined);
      }
      const doubled = alike.get(same);
      if (doubled !== undefined) tables.set(rule, doubled);
    }
    const rows = rule.rule === 'pattern' ? await found(duck, table, rule, of) : 0;
    if (rows > 0) tables.set(rule, table);
  }
  return (rule) => tables.get(rule);
}

/** Several keys of one row count once: a double is another row. */
async function doubles(duck: Duck, table: string, keys: readonly string[], from: string): Promise<number> {
  const key = keys.length === 1 ? keys.join() : `unnest(list_distinct([${keys.join(', ')}]))`;
  return await duck.run(
    `create or replace temp table ${table} as select k from (select ${key} as k from ${from}) where k is not null group by k having count(*) > 1`,
  );
}

async function found(duck: Duck, table: string, rule: Rule & { rule: 'pattern' }, of: RowSource): Promise<number> {
  const known = sqlPattern(rule.pattern, rule.ignoreCase, rule.flags);
  if (known && known.but === undefined) return 0;
  const cell = of.cellOf(rule.field);
  const asked = (text: string): string => (known?.but === undefined ? '' : ` and ${isBeyond(text, known.but)}`);
  const all = (cell.parts ?? [cell]).map(
    ({ text, empty }) => `select distinct ${text} as t from ${of.from} where not ${empty}${asked(text)}`,
  );
  if (known && (await duck.rows(`${all.join(' union ')} limit 1`)).length === 0) return 0;
  const { batches } = await duck.stream(all.join(' union '));
  const path = `${of.scratch}.found`;
  const { pattern, ignoreCase, flags = 'u' } = rule;
  const search = { pattern, flags: ignoreCase ? `${flags}i` : flags };
  const count = await searchTexts({ ...search, name: `the pattern of field ${rule.field}` }, batches, path);
  if (count === 0) return 0;
  const schema = { fields: [{ name: 'k', type: { kind: 'text' as const }, nullable: false }] };
  return await duck.run(`create or replace temp table ${table} as select k from ${readCsv([path], schema)}`);
}
