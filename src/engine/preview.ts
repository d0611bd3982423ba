/** What a run would do, computed without touching anything: the plan, its SQL, and the rows it would change. */
import { HeadgateError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import { brakeHolds } from '../domain/policy.ts';
import { refName } from '../domain/schema.ts';
import { typeName } from '../domain/types.ts';
import type { Context, Destination, Duck, Source } from '../sdk/index.ts';
import { tryFromWire } from '../sdk/duck-sql.ts';
import { countSide, emptySide, keyText, loadSide, type CompareColumn, type RowText } from './compare.ts';
import { createContext } from './context.ts';
import type { ChangeCounts, ChangeSample, Flow, FlowPlan, Reason, Session } from './flow.ts';
import type { Plan } from './plan.ts';
import { planAgainst, readRequest, requireSide } from './run.ts';
import { compareColumns, destinationSide, sourceSide } from './sides.ts';

/** Most sample rows per kind of change; the command line shows as many as `--limit` says. */
const sampleRows = 20;

const notReadable: Reason = {
  about: 'step',
  text: 'the destination cannot be read back, so the rows to add, change and delete are not known',
};

const notJudged: Reason = {
  about: 'step',
  text: 'rules judge the rows when they are read, so the rows to add, change and delete are not known',
};

const notCompared: Reason = { about: 'step', text: 'the rows of both sides were not compared' };

/** Throws what a run would fail with before it reads. `compare: false` reads no rows. */
export async function planFlow(asked: Flow, session: Session, { compare } = { compare: true }): Promise<FlowPlan> {
  await using context = await createContext(session);
  await using destination = await requireSide(session.destination, 'destination').open(context);
  await using source = await requireSide(session.source, 'source').open(context);
  const { flow, plan: planned, last } = await planAgainst(asked, session, source, destination);
  const from = flow.mode === 'incremental' ? last?.positions[refName(flow.stream.stream)] : undefined;
  const request = readRequest(flow, planned, from);
  const byKey = flow.policy.mode === 'merge' || flow.policy.mode === 'mirror';
  const changes =
    compare && byKey && !flow.shape.rules
      ? await changesOf({ flow, session, context, destination, source, planned, from })
      : undefined;
  return {
    stream: refName(flow.stream.stream),
    table: refName(flow.into),
    mode: `${flow.mode} × ${flow.policy.mode}`,
    lane: planned.lane,
    format: planned.format,
    loadFormat: planned.loadFormat,
    columns: planned.mappings.map(({ column, source: field, target }) => ({
      from: column.from,
      as: target.name,
      sourceType: field.native?.type ?? typeName(field.type),
      nativeType: target.native?.type ?? typeName(target.type),
    })),
    reasons: [...planned.reasons, ...(byKey && !changes ? [whyUnknown(flow, compare)] : [])],
    sourceSql: source.explain(request),
    destinationSql: destination.explain(planned.target),
    ...(changes && { changes }),
  };
}

function whyUnknown({ shape }: Flow, compare: boolean): Reason {
  if (shape.rules) return notJudged;
  return compare ? notReadable : notCompared;
}

interface Preview {
  readonly flow: Flow;
  readonly session: Session;
  readonly context: Context;
  readonly destination: Destination;
  readonly source: Source;
  readonly planned: Plan;
  readonly from: Json | undefined;
}

async function changesOf(of: Preview): Promise<ChangeCounts | undefined> {
  const { flow, context, planned, session } = of;
  const other = session.destination.source;
  if (!other) return undefined;
  session.onProgress({ stream: refName(flow.stream.stream), phase: 'comparing', rows: 0, bytes: 0 });
  const key = planned.target.policy.key ?? [];
  await using duck = await context.duck();
  await using existing = await other.open(context);
  const table = await destinationSide(existing, of.destination, planned);
  const columns = compareColumns(planned, table?.schema);
  await loadSide(duck, context, {
    table: 'incoming',
    source: of.source,
    ...sourceSide(flow, planned, of.from),
    columns,
    key,
    keep: true,
  });
  if (table) await loadSide(duck, context, { table: 'stored', source: existing, ...table, columns, key, keep: true });
  else await emptySide(duck, 'stored', columns);
  await newestOnly(duck, planned, columns);
  return await count(duck, flow, planned, columns, key);
}

/** Several rows with one key: the newest version counts, as in the publish; without a version the run would refuse them. */
async function newestOnly(duck: Duck, planned: Plan, columns: readonly CompareColumn[]): Promise<void> {
  const { rows, keys } = await countSide(duck, 'incoming');
  if (rows === keys) return;
  const order = (planned.target.policy.version ?? []).flatMap((name) => {
    const place = columns.findIndex((column) => column.name === name);
    const type = planned.target.schema.fields[place]?.type;
    return type ? [`${tryFromWire(type, `c${place}`)} desc nulls last`] : [];
  });
  if (order.length === 0)
    throw new HeadgateError('key.duplicate', `${rows - keys} rows of the stream have a key that another row has too`);
  await duck.run(`create or replace table incoming as select * from incoming
    qualify row_number() over (partition by k order by ${order.join(', ')}) = 1`);
}

async function count(
  duck: Duck,
  flow: Flow,
  planned: Plan,
  columns: readonly CompareColumn[],
  key: readonly string[],
): Promise<ChangeCounts> {
  const keep = planned.target.policy.nulls === 'keep';
  const differs = keep
    ? columns.map((_, index) => `(i.c${index} is not null and i.c${index} is distinct from s.c${index})`).join(' or ')
    : 'i.d <> s.d';
  const mirror = planned.target.policy.mode === 'mirror' && planned.target.policy.deletes !== 'ignore';
  await duck.run(`create or replace table diff as select coalesce(i.k, s.k) as k,
      case when s.k is null then 'add' when i.k is null then 'delete' when ${differs} then 'change' else 'same' end as kind
    from incoming i full join stored s on i.k = s.k`);
  const counts = Object.fromEntries(
    (await duck.rows('select kind, count(*) from diff group by 1')).map(([kind, rows]) => [kind ?? '', Number(rows)]),
  );
  const kinds = (['add', 'change', 'delete'] as const).filter((kind) => kind !== 'delete' || mirror);
  const samples: ChangeSample[] = [];
  for (const kind of kinds) samples.push(...(await sample(duck, kind, columns, key)));
  const [before, incoming] = [await countSide(duck, 'stored'), await countSide(duck, 'incoming')];
  const deleted = mirror ? (counts['delete'] ?? 0) : 0;
  const held = brakeHolds(flow.brake, { before: before.rows, deleted, incoming: incoming.rows });
  return {
    add: counts['add'] ?? 0,
    change: counts['change'] ?? 0,
    delete: deleted,
    same: counts['same'] ?? 0,
    samples,
    ...(held && { held: `${deleted} of ${before.rows} rows would go; allow it with --allow-delete` }),
  };
}

async function sample(
  duck: Duck,
  kind: ChangeSample['kind'],
  columns: readonly CompareColumn[],
  key: readonly string[],
): Promise<readonly ChangeSample[]> {
  const list = (side: string): string => columns.map((_, index) => `${side}.c${index}`).join(', ');
  const rows = await duck.rows(`select diff.k, ${list('s')}, ${list('i')} from diff
    left join incoming i on i.k = diff.k left join stored s on s.k = diff.k where kind = '${kind}' order by diff.k limit ${sampleRows}`);
  return rows.map(([k, ...values]) => {
    const text = (offset: number): RowText =>
      Object.fromEntries(columns.map(({ name }, index) => [name, values[offset + index] ?? null]));
    const [before, after] = [text(0), text(columns.length)];
    return { kind, key: keyText(k ?? '[]', key), ...(kind !== 'add' && { before }), ...(kind !== 'delete' && { after }) };
  });
}
