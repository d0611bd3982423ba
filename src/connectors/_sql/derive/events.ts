/** Events out of a delta. Pure. */
import { nameList, quoteName, quoteText } from '../names.ts';
import { delta } from './delta.ts';
import type { Grammar } from './grammar.ts';
import type { Resolution } from './resolve.ts';
import { eventColumns } from './tables.ts';

/** Columns for labels that came up for the first time. */
export const labelColumns = ({ derive, tables }: Resolution): readonly string[] =>
  Object.keys(derive.labels).map((label) => `alter table ${tables.events} add column if not exists ${quoteName(label)} varchar`);

/** What is gone, and what comes again in another form: before the new ones are added. */
export function removeEvents(grammar: Grammar, { tables, number }: Resolution): string {
  const d = grammar.temp(delta);
  return `delete from ${tables.events} as e where e.import = ${number} and e.id in (select event from ${d} where gone)`;
}

/** `seq` = the number of this publish. */
export function addEvents(rows: string, { derive, tables, number }: Resolution, seq: string): string {
  const labels = Object.entries(derive.labels);
  const columns = [...eventColumns, ...labels.map(([label]) => label)];
  const values = [
    String(number),
    'd.event',
    quoteText(derive.kind),
    'd.profile',
    'coalesce(d.moment, now())',
    'd.properties',
    seq,
  ];
  const constants = labels.map(([, value]) => quoteText(value));
  const first = `select *, row_number() over (partition by event order by place) as nth from ${rows} w where not gone`;
  return (
    `insert into ${tables.events} (${nameList(columns)}) select ${[...values, ...constants].join(', ')} from (${first}) d ` +
    `where d.nth = 1 and not exists (select 1 from ${tables.events} e where e.import = ${number} and e.id = d.event)`
  );
}
