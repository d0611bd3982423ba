/** An entry of the log, applied to the rows: all of it, or nothing. */
import { HeadgateError } from '../domain/error.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName } from '../shape/assess/cells.ts';
import type { Hooking } from '../shape/assess/work.ts';
import { changesOf, hookChangesOf } from './changes.ts';
import { cellsSaid } from './counts.ts';
import type { Entry, Hooked, Logged } from './edit.ts';
import { askHooks, keepNotes, keepOptions } from './hooked.ts';
import { judgeAgain, recountRows, rememberKeys, rowsIn, type Recount, type Touched } from './judge.ts';
import { wokenBy, type Plan } from './plan.ts';

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
  readonly scratch: string;
  /** Absent = there are no hooks. */
  readonly hooking?: Hooking | undefined;
}

type Change = Exclude<Entry, { kind: 'reread' }>;

/** Changes that are made and not yet there for good: one of both ends them. */
export interface Pending {
  /** The ids of rows that may look otherwise then, a thousand at most. */
  readonly rows: readonly number[];
  readonly recounts: readonly Recount[];
  /** What hooks have done. */
  readonly hooked: Hooked | undefined;
  /** Hooks may have written what nobody had written before. */
  readonly plan: Plan;
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

export interface Applying {
  /** Refuse to change what was changed after it; absent = change. */
  readonly version?: number | undefined;
  /** Nobody has made it before: hooks are asked. */
  readonly isNew: boolean;
}

/**
 * Throws what the change cannot do (`request.invalid`) and
 * `StaleEdit`; nothing is changed then.
 */
export async function applyEntry(
  open: Open,
  { seq, entry, hooked: known }: Logged & { readonly entry: Change },
  { version, isNew }: Applying,
): Promise<Pending> {
  const { duck } = open;
  const rollback = async (): Promise<void> => void (await duck.run('rollback').catch(() => undefined));
  await duck.run('begin');
  try {
    await changesOf(duck, open.plan, entry);
    const stale = version === undefined ? undefined : await staleRow(duck, version);
    if (stale !== undefined) throw new StaleEdit(stale);
    const first = await write(open, seq, hookedCells(entry));
    const hooked = isNew && open.hooking ? heard(entry, await askHooks(open, open.hooking)) : known;
    const plan = hooked ? wokenBy(open.plan, writtenBy(hooked)) : open.plan;
    const woken = plan === open.plan ? [] : [await awake({ ...open, plan }, seq)];
    const later = hooked ? await followHooks({ ...open, plan }, seq, hooked, entry.kind === 'told') : [];
    await duck.run(`update about set applied = ${seq}`);
    const ids = await duck.rows(`select distinct id from touched where seq = ${seq} order by id limit ${told}`);
    const commit = async (): Promise<void> => void (await duck.run('commit'));
    return { rows: ids.map(([id]) => Number(id)), recounts: [first, ...woken, ...later], hooked, plan, commit, rollback };
  } catch (error) {
    await rollback();
    throw error;
  }
}

/** The columns of which hooks have something to show. */
const writtenBy = ({ cells, notes }: Hooked): ReadonlySet<number> =>
  new Set([...cells, ...notes.filter(({ messages }) => messages.length > 0)].map(({ column }) => Number(column.slice(1))));

/** From now on a column of ours is judged like all others. */
async function awake(open: Open, seq: number): Promise<Recount> {
  const { duck, plan } = open;
  await duck.run(`update about set layout = ${quoteText(JSON.stringify(plan.layout))}`);
  const touched: Touched = { where: 'id >= 0', columns: new Set(plan.layout.woken) };
  await rememberKeys(open, touched);
  const recount = await judgeAgain(open, touched);
  const verdicts = `select v from verdict where col in (${plan.layout.woken.join(', ')})`;
  await duck.run(`insert into touched select distinct ${seq}, id from said where v in (${verdicts})`);
  return recount;
}

/** A part of the same entry: whoever turns it back turns this back. `told`: by the hooks of the end. */
async function followHooks(open: Open, seq: number, hooked: Hooked, told: boolean): Promise<readonly Recount[]> {
  const { duck, plan } = open;
  const { cells, notes, options } = hooked;
  const ids = [...new Set([...cells, ...notes, ...options].map(({ row }) => row))];
  if (ids.length === 0) return [];
  const where = `id in (${ids.join(', ')})`;
  const before = await cellsSaid(duck, where);
  await keepNotes(open, hooked, told);
  await hookChangesOf(duck, plan, cells);
  await recountRows(duck, where);
  const said = { before, after: await cellsSaid(duck, where) };
  const written = await write(open, seq, 'true');
  const chosen = await keepOptions(open, hooked);
  await duck.run(`insert into touched select ${seq}, id from rows where ${where}`);
  return [said, written, ...(chosen ? [chosen] : [])];
}

/** What hooks have written goes and comes back with the edit that it followed: here only what they say counts. */
const heard = ({ kind }: Change, hooked: Hooked): Hooked =>
  kind === 'undo' || kind === 'redo' ? { ...hooked, cells: [] } : hooked;

/** Which of the cells `c` of an entry it writes for hooks: those that it turns back, where only hooks had written them. */
const hookedCells = (entry: Change): string =>
  entry.kind === 'undo' || entry.kind === 'redo'
    ? `exists (select 1 from journal j where j.seq = ${entry.of} and j.id = c.id and j.col = c.col and j.hook)`
    : 'false';

/** `hook` = a condition on a cell `c`: a hook writes it, which is no edit of somebody. */
async function write(open: Open, seq: number, hook: string): Promise<Recount> {
  const { duck } = open;
  const wanted = (await duck.rows('select distinct col from ch order by col')).map(([col]) => Number(col));
  await duck.run(
    [
      'create or replace temp table judged (id BIGINT)',
      'create or replace temp table now (seq BIGINT, id BIGINT, col INTEGER, before VARCHAR, after VARCHAR, hook BOOLEAN)',
      ...wanted.map((col) => {
        const before = `r.${columnName(col)}`;
        return `insert into now select ${seq}, c.id, ${col}, ${before}, c.now, ${hook} from ch c join rows r on r.id = c.id where c.col = ${col} and coalesce(${before}, '') <> coalesce(c.now, '')`;
      }),
      `insert into now select ${seq}, s.id, -1, cast(r.state as VARCHAR), cast(s.now as VARCHAR), false from st s join rows r on r.id = s.id where r.state <> s.now`,
      // Hooks may change what the same entry has changed.
      `update journal set after = n.after from now n where journal.seq = ${seq} and journal.id = n.id and journal.col = n.col`,
      `insert into journal select * from now n where not exists (select 1 from journal j where j.seq = ${seq} and j.id = n.id and j.col = n.col)`,
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
      // What somebody has edited stays edited.
      `update raws set raw = n.after from now n where raws.id = n.id and raws.col = n.col and n.hook and coalesce(raws.raw, '') = coalesce(raws.now, '')`,
      'update raws set now = n.after from now n where raws.id = n.id and raws.col = n.col',
      `update rows set edited = id in (select id from raws where ${where} and coalesce(raw, '') <> coalesce(now, '')) where ${where}`,
    ].join('; '),
  );
  const recount = await judgeAgain(open, touched);
  await duck.run(`insert into touched select distinct ${seq}, id from judged`);
  return recount;
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
