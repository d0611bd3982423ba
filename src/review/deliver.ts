/** The rows of a review as they are delivered, and what is still wrong with them. */
import type { FieldPlace } from '../domain/fields/places.ts';
import type { AssessTask } from '../domain/run.ts';
import type { Duck } from '../sdk/index.ts';
import type { CellError } from '../shape/assess/judge.ts';
import { placesOf } from '../shape/assess/layout.ts';
import { rowJson } from '../shape/assess/json.ts';
import { states } from './changes.ts';
import { namedSql } from './named.ts';
import type { Plan } from './plan.ts';

/** First rows and messages that are told. */
const mostErrors = 1000;
const mostRows = 10_000;

/** As a run tells of a file that nobody had to look at. Plain data. */
export interface Found {
  readonly headers: readonly string[];
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly places: Readonly<Record<string, FieldPlace>>;
  readonly keys: readonly string[];
  readonly blocks: readonly never[];
  readonly counts: {
    readonly rows: number;
    readonly invalid: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly errors: number;
  };
  readonly invalidRows: readonly number[];
  readonly errors: readonly CellError[];
}

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
}

/** A query of one column: each row that is delivered as a JSON object, in order. */
export function deliveredSql(
  { fields, parts, layout }: Plan,
  { deliver, unmapped }: Pick<AssessTask, 'deliver' | 'unmapped'>,
): string {
  const json = rowJson(fields, parts, { raw: deliver === 'raw', unmapped: unmapped ? layout.unmapped : undefined });
  return `select ${json} from rows where state = ${states.live}${deliver === 'valid' ? ' and errs = 0' : ''} order by id`;
}

/** Places of rows are those among all that are there, the ones that are left out included. */
export async function foundIn({ duck, plan }: Open, { deliver }: Pick<AssessTask, 'deliver'>): Promise<Found> {
  const { layout, fields, parts } = plan;
  await duck.run(
    `create or replace temp table places as select id, row_number() over (order by id) - 1 as place, errs from rows where state = ${states.live}`,
  );
  const [row = []] = await duck.rows(`select count(*), count(*) filter (errs > 0), coalesce(sum(errs), 0) from places`);
  const [rows = 0, invalid = 0, errors = 0] = row.map(Number);
  const bad = await duck.rows(`select place from places where errs > 0 order by place limit ${mostRows}`);
  const found: CellError[] = [];
  const texts = parts.map(({ column, raw }) => `when ${column} then r.${raw}`).join(' ');
  const said = await duck.rows(
    `select p.place, d.col, coalesce(${namedSql(plan)}, d.message), coalesce(case d.col ${texts} end, '') from said s join verdict d on d.v = s.v join places p on p.id = s.id
     join rows r on r.id = s.id where d.level = 'error' order by p.place, s.v limit ${mostErrors}`,
  );
  for (const [place, col, message, value] of said) {
    const part = parts.find(({ column }) => column === Number(col));
    if (!part) continue;
    const { fed } = part;
    const which = fed.many ? { part: fed.columns.indexOf(part.column) } : {};
    found.push({ rowIndex: Number(place), fieldKey: fed.field.name, message: message ?? '', value: value ?? '', ...which });
  }
  const inFile = Object.entries(layout.columns).map(
    ([key, all]) => [key, all.filter((one) => one < layout.headers.length)] as const,
  );
  return {
    headers: layout.headers,
    columns: Object.fromEntries(inFile),
    places: placesOf(layout.headers, layout),
    keys: fields.map(({ field }) => field.name),
    blocks: [],
    counts: { rows, invalid, delivered: deliver === 'valid' ? rows - invalid : rows, dropped: layout.dropped, errors },
    invalidRows: bad.map(([place]) => Number(place)),
    errors: found,
  };
}
