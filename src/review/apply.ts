/** An entry of the log, applied to the rows: all of it, or nothing. */
import { HeadgateError } from '../domain/error.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName } from '../shape/assess/cells.ts';
import { changesOf } from './changes.ts';
import type { Entry, Logged } from './edit.ts';
import { judgeAgain, rememberKeys, rowsIn, type Recount, type Touched } from './judge.ts';
import type { Plan } from './plan.ts';

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
  readonly scratch: string;
}

type Change = Exclude<Entry, { kind: 'reread' }>;

/** Changes that are made and not yet there for good: one of both ends them. */
export interface Pending {
  /** The ids of rows that may look otherwise then, a thousand at most. */
  readonly rows: readonly number[];
  readonly recount: Recount;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

const told = 1000;

/** Somebody else has changed a cell meanwhile. */
export class StaleEdit extends HeadgateError {
  readonly row: number;

  constructor(row: number) {
    super('review.stale', 'editing: somebody else has changed the same meanwhile');
    this.row = row;
  }
}

/**
 * `version` = refuse to change what was changed after it; absent = change. Throws what the change cannot do (`request.invalid`) and
 * `StaleEdit`; nothing is changed then.
 */
export async function applyEntry(
  open: Open,
  { seq, entry }: Logged & { readonly entry: Change },
  version: number | undefined,
): Promise<Pending> {
  const { duck } = open;
  const rollback = async (): Promise<void> => void (await duck.run('rollback').catch(() => undefined));
  await duck.run('begin');
  try {
    await changesOf(duck, open.plan, entry);
    const stale = version === undefined ? undefined : await staleRow(duck, version);
    if (stale !== undefined) throw new StaleEdit(stale);
    const recount = await write(open, seq);
    await duck.run(`insert into touched select distinct ${seq}, id from judged; update about set applied = ${seq}`);
    const ids = await duck.rows(`select distinct id from judged order by id limit ${told}`);
    return { rows: ids.map(([id]) => Number(id)), recount, commit: async () => void (await duck.run('commit')), rollback };
  } catch (error) {
    await rollback();
    throw error;
  }
}

async function write(open: Open, seq: number): Promise<Recount> {
  const { duck } = open;
  const wanted = (await duck.rows('select distinct col from ch order by col')).map(([col]) => Number(col));
  await duck.run(
    [
      'create or replace temp table judged (id BIGINT)',
      'create or replace temp table now (seq BIGINT, id BIGINT, col INTEGER, before VARCHAR, after VARCHAR)',
      ...wanted.map((col) => {
        const before = `r.${columnName(col)}`;
        return `insert into now select ${seq}, c.id, ${col}, ${before}, c.now from ch c join rows r on r.id = c.id where c.col = ${col} and coalesce(${before}, '') <> coalesce(c.now, '')`;
      }),
      `insert into now select ${seq}, s.id, -1, cast(r.state as VARCHAR), cast(s.now as VARCHAR) from st s join rows r on r.id = s.id where r.state <> s.now`,
      'insert into journal select * from now',
    ].join('; '),
  );
  const changed = (await duck.rows('select distinct col from now order by col')).map(([col]) => Number(col));
  if (changed.length === 0) return { before: new Map(), after: new Map() };
  const where = await rowsIn(duck, 'now');
  const columns = changed.filter((col) => col >= 0);
  const touched: Touched = { where, columns: changed.includes(-1) ? undefined : new Set(columns) };
  await rememberKeys(open, touched);
  await duck.run(
    [
      ...columns.map(
        (col) =>
          `update rows set ${columnName(col)} = n.after from now n where rows.${where} and n.col = ${col} and rows.id = n.id`,
      ),
      ...(changed.includes(-1)
        ? [`update rows set state = cast(n.after as TINYINT) from now n where rows.${where} and n.col = -1 and rows.id = n.id`]
        : []),
      'insert into raws select id, col, before, before from now n where col >= 0 and not exists (select 1 from raws r where r.id = n.id and r.col = n.col)',
      'update raws set now = n.after from now n where raws.id = n.id and raws.col = n.col',
      `update rows set edited = id in (select id from raws where ${where} and coalesce(raw, '') <> coalesce(now, '')) where ${where}`,
    ].join('; '),
  );
  return await judgeAgain(open, touched);
}

/** Cells and rows of the changes in `ch` and `st` that somebody has changed after `version`: the first one's row. */
async function staleRow(duck: Duck, version: number): Promise<number | undefined> {
  const [[row] = [null]] = await duck.rows(
    `select j.id from journal j where j.seq > ${version} and (
       exists (select 1 from ch c where c.id = j.id and (c.col = j.col or j.col = -1))
       or exists (select 1 from st s where s.id = j.id)) order by j.id limit 1`,
  );
  return row === null ? undefined : Number(row);
}
