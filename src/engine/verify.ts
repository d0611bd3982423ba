/** Are source and destination equal, key by key? Mismatches on a live source are looked at again before they are told. */
import { HeadgateError } from '../domain/error.ts';
import { refName } from '../domain/schema.ts';
import type { Context, Destination, Duck, Source } from '../sdk/index.ts';
import { countSide, inKeys, keyText, loadSide, type CompareColumn } from './compare.ts';
import { createContext } from './context.ts';
import type { Flow, Session, Verification } from './flow.ts';
import type { Plan } from './plan.ts';
import { streamKey } from './columns.ts';
import { planAgainst, requireSide } from './run.ts';
import { compareColumns, destinationSide, sourceSide } from './sides.ts';

/** How many keys per kind are named, and how many mismatches are looked at again. */
const named = 20;
const rechecked = 1000;

type Kind = 'missing' | 'extra' | 'different';
type Sample = Verification['samples'][number];

interface Sides {
  readonly flow: Flow;
  readonly planned: Plan;
  readonly context: Context;
  readonly duck: Duck;
  readonly source: Source;
  readonly stored: Source;
  readonly destination: Destination;
  readonly key: readonly string[];
}

/** Throws `stream.missing` where the table does not exist, `usage.mode` where the destination cannot be read back. */
export async function verifyFlow(asked: Flow, session: Session): Promise<Verification> {
  await using context = await createContext(session);
  await using destination = await requireSide(session.destination, 'destination').open(context);
  await using source = await requireSide(session.source, 'source').open(context);
  // The whole stream against the table as it is, whatever the next run would do with it.
  const whole: Flow = { ...asked, mode: 'snapshot', policy: { ...asked.policy, existing: 'any', evolution: 'evolve' } };
  const { flow, plan: planned } = await planAgainst(whole, session, source, destination);
  const key =
    planned.target.policy.key ??
    streamKey(flow.stream.schema, planned.mappings) ??
    planned.mappings.map(({ target }) => target.name);
  await using stored = await requireSide(session.destination, 'source').open(context);
  await using duck = await context.duck();
  const sides: Sides = { flow, planned, context, duck, source, stored, destination, key };
  session.onProgress({ stream: refName(flow.stream.stream), phase: 'comparing', rows: 0, bytes: 0 });
  await load(sides, ['a', 'b'], false);
  const [left, right] = [await countSide(duck, 'a'), await countSide(duck, 'b')];
  await compare(duck, 'a', 'b', 'diff');
  const settled = await lookAgain(sides);
  const counts = Object.fromEntries(
    (await duck.rows('select kind, count(*) from diff group by 1')).map(([kind, rows]) => [kind ?? '', Number(rows)]),
  );
  const of = (kind: Kind | 'same'): number => counts[kind] ?? 0;
  return {
    stream: refName(flow.stream.stream),
    table: refName(flow.into),
    equal: of('missing') + of('extra') + of('different') === 0,
    sourceRows: left.rows,
    destinationRows: right.rows,
    same: of('same'),
    missing: of('missing'),
    extra: of('extra'),
    different: of('different'),
    samples: await samples(sides),
    sourceDigest: left.digest,
    destinationDigest: right.digest,
    settled,
  };
}

async function load(
  sides: Sides,
  [left, right]: readonly [string, string],
  keep: boolean,
  keys?: readonly (readonly string[])[],
): Promise<readonly CompareColumn[]> {
  const { flow, planned, context, duck, source, stored, destination, key } = sides;
  const wanted = keys && { fields: key, values: keys };
  const table = await destinationSide(stored, destination, planned, wanted);
  if (!table)
    throw new HeadgateError('stream.missing', `the destination has no table ${refName(planned.target.table)} to verify`);
  const columns = compareColumns(planned, table.schema);
  const asked = keys && {
    fields: key.map((name) => planned.mappings.find(({ target }) => target.name === name)?.column.from ?? name),
    values: keys,
  };
  await loadSide(duck, context, { table: left, source, ...sourceSide(flow, planned, undefined, asked), columns, key, keep });
  await loadSide(duck, context, { table: right, source: stored, ...table, columns, key, keep });
  return columns;
}

/** Rows may repeat, so each key's digests are compared as a sorted list. */
async function compare(duck: Duck, left: string, right: string, into: string): Promise<void> {
  const grouped = (table: string): string => `(select k, any_value(r) as r, list_sort(list(d)) as ds from ${table} group by k)`;
  await duck.run(`create or replace table ${into} as select coalesce(a.k, b.k) as k, coalesce(a.r, b.r) as r,
      case when b.k is null then 'missing' when a.k is null then 'extra' when a.ds <> b.ds then 'different' else 'same' end as kind
    from ${grouped(left)} a full join ${grouped(right)} b on a.k = b.k`);
}

/** A row that changed between the two reads is no mismatch: only keys that differ a second time stay. */
async function lookAgain(sides: Sides): Promise<number> {
  const { duck, flow } = sides;
  if (flow.stream.kind === 'file') return 0;
  const keys = wireKeys(await duck.rows(`select r from diff where kind <> 'same' order by k limit ${rechecked}`));
  if (keys.length === 0) return 0;
  await load(sides, ['a2', 'b2'], false, keys);
  await compare(duck, 'a2', 'b2', 'diff2');
  return duck.run(`update diff set kind = 'same' where kind <> 'same' and k in (select k from diff2 where kind = 'same')`);
}

/** Keys as their wire text; one with a NULL in it cannot be asked for again and is left out. */
function wireKeys(rows: readonly (readonly (string | null)[])[]): readonly (readonly string[])[] {
  const keys = rows.map(([r]) => JSON.parse(r ?? '[]') as readonly (string | null)[]); // written by to_json over a list of text
  return keys.filter((key): key is readonly string[] => key.every((value) => value !== null));
}

async function samples(sides: Sides): Promise<readonly Sample[]> {
  const { duck, key } = sides;
  const rows = await duck.rows(
    `select kind, k from diff where kind <> 'same' qualify row_number() over (partition by kind order by k) <= ${named} order by kind, k`,
  );
  const columns = await differingColumns(
    sides,
    rows.filter(([kind]) => kind === 'different').map(([, k]) => k ?? ''),
  );
  return rows.map(([kind, k]) => ({ kind: kind as Kind, key: keyText(k ?? '[]', key), columns: columns.get(k ?? '') ?? [] })); // kinds as compare() writes them
}

/** Which columns differ, for the keys that are named: read once more, with all columns. */
async function differingColumns(sides: Sides, keys: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const { duck } = sides;
  if (keys.length === 0) return new Map();
  const values = wireKeys(await duck.rows(`select r from diff where k in ${inKeys(keys)}`));
  const whole = sides.flow.stream.kind === 'file' || values.length < keys.length;
  const columns = await load(sides, ['a3', 'b3'], true, whole ? undefined : values);
  const flags = columns.map((_, index) => `a.c${index} is distinct from b.c${index}`).join(', ');
  const rows = await duck.rows(
    `select a.k, ${flags} from a3 a join b3 b on a.k = b.k where a.k in ${inKeys(keys)} and a.d <> b.d`,
  );
  return new Map(
    rows.map(([k, ...differs]) => [k ?? '', columns.filter((_, index) => differs[index] === 'true').map(({ name }) => name)]),
  );
}
