/** Texts and what they mean, in the table `cells`. */
import { openKnown } from '../../rules/meanings/known.ts';
import { isLooked } from '../../rules/meanings/looked.ts';
import { named } from '../../rules/meanings/meant.ts';
import { membersSql, unknownMembersSql } from '../../rules/meanings/options.ts';
import type { Work } from './work.ts';
import { layered, type Part } from './cells.ts';
import { latestSql } from './changed.ts';

/** What has to be known of whole columns of `texts`. Throws `disk.full`. */
export async function learnColumns(
  { duck, scratch, known }: Pick<Work, 'duck' | 'scratch' | 'known'>,
  parts: readonly Part[],
): Promise<void> {
  for (const { fact, column } of parts) {
    // Each of such texts speaks for itself, and there may be new ones.
    if (fact && !(known?.has(column) && !isLooked(fact.meaning))) await openKnown(duck, fact, { from: 'texts', scratch });
  }
}

/** From so many columns on, looking for what expressions have in common takes DuckDB longer than computing it twice. */
const wide = 100;

/** To be called before the first statement over so many columns. */
export async function planFor(duck: Work['duck'], parts: readonly Part[]): Promise<void> {
  if (parts.length > wide) await duck.run(`set disabled_optimizers = 'common_subexpressions'`);
}

/** Fills `cells` from `texts`. Options that hooks have given to single cells take the place of those of the field. */
export async function fill(work: Pick<Work, 'duck' | 'scratch' | 'changed' | 'known'>, parts: readonly Part[]): Promise<void> {
  const { duck, changed } = work;
  await planFor(duck, parts);
  await learnColumns(work, parts);
  // Not replaced: both would take their room at the same time.
  await duck.run(`drop table if exists temp.cells; create temp table cells as select * from ${layered('texts', parts)}`);
  for (const part of parts) {
    if (!changed?.has('options', part.column)) continue;
    const options = `select n, x as o from (${latestSql('options', part.column)})`;
    const sql = chosenSql(part, { table: 'cells', key: 'n', options, where: 'true' });
    if (sql !== undefined) await duck.run(sql);
  }
}

interface Chosen {
  readonly table: string;
  /** What rows and options know each other by. */
  readonly key: string;
  /** A query of the key, and of the options `o` as JSON. */
  readonly options: string;
  /** Which rows. */
  readonly where: string;
}

/** What the texts of a column mean where a cell has options of its own; undefined for fields that have none. */
export function chosenSql(part: Part, { table, key, options, where }: Chosen): string | undefined {
  const { result, cell } = part;
  const meant = meantSql(part);
  if (!meant) return undefined;
  const own = `select ${key}, o as j, ${optionsOf('o')} as o from (${options})`;
  const kept = part.own === undefined ? '' : `, ${part.own} = h.j`;
  return `update ${table} as own set ${result} = h.r, ${cell.text} = h.s${kept} from (select ${key}, j, ${meant.result} as r, ${meant.shown} as s from (select * from ${table} where ${where}) join (${own}) using (${key})) h where own.${key} = h.${key}`;
}

const optionsOf = (json: string): string =>
  `from_json(${json}, '[{"label":"VARCHAR","value":"VARCHAR","alternateMatches":["VARCHAR"]}]')`;

const first = (options: string, test: string, key: 'label' | 'value'): string =>
  `list_filter(${options}, lambda p: ${test})[1].${key}`;
const valueOf = (name: string, exactly = false): string =>
  `coalesce(${first('o', `p.label = ${name}`, 'value')}, ${first('o', `p.value = ${name}`, 'value')}, ${first('o', `list_contains(p.alternateMatches, ${name})`, 'value')}, ${exactly ? 'null' : first('o', `lower(trim(p.label)) = lower(${name})`, 'value')})`;
const labelOf = (value: string): string => `coalesce(${first('o', `p.value = ${value}`, 'label')}, ${value})`;

/** The members of a list that are no options, of the field or of the cell alone, as a list; undefined for fields that are no lists. */
export function unknownMembers({ fed, text, own }: Pick<Part, 'fed' | 'text' | 'own'>): string | undefined {
  const { means } = fed.field;
  if (means?.is !== 'multi-select') return undefined;
  const unknown = unknownMembersSql(means, text);
  if (own === undefined) return unknown;
  const ofOwn = unknownMembersSql(means, text, (member) => valueOf(member));
  return `case when ${own} is not null then ${named('o', optionsOf(own), ofOwn)} else ${unknown} end`;
}

/** Of the options `o` of each row; undefined for fields that have no options. */
function meantSql({ fed, text }: Part): { readonly result: string; readonly shown: string } | undefined {
  const { means } = fed.field;
  if (means?.is === 'select') {
    const found = valueOf(text, means.exactMatchOnly);
    const result = means.allowCustom ? `coalesce(${found}, nullif(${text}, ''))` : found;
    return { result, shown: `coalesce(${labelOf(`(${result})`)}, ${text})` };
  }
  if (means?.is !== 'multi-select') return undefined;
  const members = membersSql(means, text);
  const values = `list_transform(${members}, lambda m: ${valueOf('m')})`;
  const known = `len(list_filter(${values}, lambda v: v is null)) = 0`;
  return {
    result: `case when coalesce(trim(${text}), '') = '' then '[]' when ${known} then cast(to_json(${values}) as VARCHAR) end`,
    shown: `coalesce(${text}, '')`,
  };
}
