/** What replacing would do, before it is done. */
import type { Duck } from '../sdk/index.ts';
import { replacing } from './changes.ts';
import type { Replacement } from './edit.ts';
import { columnId, type Plan } from './plan.ts';

export interface Foreseen {
  /** Cells. */
  readonly count: number;
  readonly samples: readonly { readonly row: number; readonly column: string; readonly before: string; readonly after: string }[];
}

const sampled = 20;

/** Throws `request.invalid`. */
export async function foresee(
  { duck, plan }: { readonly duck: Duck; readonly plan: Plan },
  wanted: Replacement,
): Promise<Foreseen> {
  const all = replacing(plan, wanted).map((sql) => `from (${sql}) as c(id, col, after)`);
  if (all.length === 0) return { count: 0, samples: [] };
  const shown = plan.shown.map(({ column, cell }) => `when ${column} then coalesce(${cell.text}, '')`).join(' ');
  await duck.run(
    `create or replace temp table foreseen as select w.id, w.col, w.after, case w.col ${shown} end as before from (${all
      .map((from) => `select id, col, after ${from}`)
      .join(' union all ')}) w join rows r on r.id = w.id`,
  );
  const differs = `before <> after`;
  const [[count = null] = []] = await duck.rows(`select count(*) from foreseen where ${differs}`);
  const rows = await duck.rows(`select id, col, before, after from foreseen where ${differs} order by id, col limit ${sampled}`);
  return {
    count: Number(count),
    samples: rows.map(([row, column, before, after]) => ({
      row: Number(row),
      column: columnId(Number(column)),
      before: before ?? '',
      after: after ?? '',
    })),
  };
}
