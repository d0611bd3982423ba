/** Texts of edits where what is shown is written otherwise than what is in the file: people write what they see. Pure. */
import { trimmed } from '../rules/blank.ts';
import { writtenSql } from '../rules/meanings/sql.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Part } from '../shape/assess/cells.ts';

/** Turns the new texts of a column in `ch` into texts that mean the same in the file; undefined for columns that are shown as they are read. */
export function seenStatement({ fed, column, raw, cell }: Part): string | undefined {
  const { means, replace = {} } = fed.field;
  const written = means && writtenSql(means, 't', `fact_${column}`);
  if (!written) return undefined;
  // Texts with a meaning that somebody has given them keep it.
  const named = Object.keys(replace).map(quoteText);
  const isNamed = named.length === 0 ? 'false' : `t in (${named.join(', ')})`;
  // What is shown may say less than what is there: sent back, it changes nothing.
  const given = `select c.id, c.now, ${trimmed('c.now')} as t, coalesce(r.${cell.text} = c.now, false) as same, r.${raw} as raw from ch c join rows r on r.id = c.id where c.col = ${column}`;
  const read = `select *, ${written.seen} as seen, ${written.filed} as filed from (${given})`;
  const differs = `seen is not null and seen is distinct from filed and not ${isNamed}`;
  return (
    `update ch set now = n.text from (select id, case when same then raw when ${differs} then ${written.write('seen')} else now end as text from (${read})) n ` +
    `where ch.id = n.id and ch.col = ${column}`
  );
}
