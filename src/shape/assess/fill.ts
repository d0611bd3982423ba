/** Texts and what they mean, in the table `cells`. */
import { openKnown } from '../../rules/meanings/known.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Work } from './work.ts';
import { layered, type Part } from './cells.ts';
import { latestSql } from './changed.ts';

/** Fills `cells` from `texts`. Options that hooks have given to single cells take the place of those of the field. */
export async function fill(
  { duck, scratch, changed }: Pick<Work, 'duck' | 'scratch' | 'changed'>,
  parts: readonly Part[],
): Promise<void> {
  for (const { fact } of parts) {
    if (fact) await openKnown(duck, fact, { from: 'texts', scratch });
  }
  await duck.run(`create or replace temp table cells as select * from ${layered('texts', parts)}`);
  for (const part of parts) {
    const chosen = changed?.has('options', part.column) ? chosenSql(part) : undefined;
    if (chosen === undefined) continue;
    const options = `select n, from_json(x, '[{"label":"VARCHAR","value":"VARCHAR","alternateMatches":["VARCHAR"]}]') as o from (${latestSql('options', part.column)})`;
    await duck.run(
      `update cells set ${part.result} = h.r, ${part.cell.text} = h.s from (select n, ${chosen.result} as r, ${chosen.shown} as s from cells join (${options}) using (n)) h where cells.n = h.n`,
    );
  }
}

const first = (options: string, test: string, key: 'label' | 'value'): string =>
  `list_filter(${options}, lambda p: ${test})[1].${key}`;
const valueOf = (name: string): string =>
  `coalesce(${first('o', `p.label = ${name}`, 'value')}, ${first('o', `p.value = ${name}`, 'value')}, ${first('o', `list_contains(p.alternateMatches, ${name})`, 'value')}, ${first('o', `lower(trim(p.label)) = lower(${name})`, 'value')})`;
const labelOf = (value: string): string => `coalesce(${first('o', `p.value = ${value}`, 'label')}, ${value})`;

/** Of the options `o` of each row; undefined for fields that have no options. */
function chosenSql({ fed, text }: Part): { readonly result: string; readonly shown: string } | undefined {
  const { means } = fed.field;
  if (means?.is === 'select') {
    const result = means.allowCustom ? `coalesce(${valueOf(text)}, nullif(${text}, ''))` : valueOf(text);
    return { result, shown: `coalesce(${labelOf(`(${result})`)}, ${text})` };
  }
  if (means?.is !== 'multi-select') return undefined;
  const { delimiter = ',', trimValues = true } = means;
  const pieces = `string_split(${text}, ${quoteText(delimiter)})`;
  const members = trimValues ? `list_filter(list_transform(${pieces}, lambda m: trim(m)), lambda m: m <> '')` : pieces;
  const values = `list_transform(${members}, lambda m: ${valueOf('m')})`;
  const known = `len(list_filter(${values}, lambda v: v is null)) = 0`;
  return {
    result: `case when coalesce(trim(${text}), '') = '' then '[]' when ${known} then cast(to_json(${values}) as VARCHAR) end`,
    shown: `coalesce(${text}, '')`,
  };
}
