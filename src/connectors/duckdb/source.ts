import { HeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import type { Context, Duck, FlowRead, ReadProof, ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import { cursorOf, onlyFlow } from '../_sql/reading.ts';
import { relationExists, sameName } from './catalog.ts';
import { findings } from './destination.ts';
import { discoverStreams } from './discover.ts';
import { exportCsv, type Export } from './export.ts';
import type { Config } from './location.ts';
import {
  columnTexts,
  cursorPosition,
  greatestValue,
  isLater,
  keysPredicate,
  nextPosition,
  rowsFrom,
  selectText,
  startOf,
} from './read-sql.ts';

const materialized = 'temp._headgate_read';

export function openSource(settings: Config, context: Context): Promise<Source> {
  const openPlace = async (): Promise<Duck> =>
    await context.duck({ path: await context.files.place(settings.path), readOnly: true });
  let opened: Promise<Duck> | undefined;
  const duck = (): Promise<Duck> => (opened ??= openPlace());
  return Promise.resolve({
    check: async () => await findings(duck),
    discover: async (wanted) => await discoverStreams(await duck(), wanted),
    // A connection of its own: a read is one transaction.
    read: (request) => read(openPlace, context, request),
    // Keys are values of rows: a plan does not show them.
    explain: ({ keys: _keys, ...request }) => request.flows.map((flow) => selectText(flow, predicates(flow, request).all)),
    [Symbol.asyncDispose]: async () => {
      const open = await opened?.catch(() => undefined);
      await open?.[Symbol.asyncDispose]();
    },
  } satisfies Source);
}

function predicates(flow: FlowRead, request: ReadRequest) {
  const byKey = keysPredicate(flow, request.keys);
  if (request.mode !== 'incremental') return { all: [byKey], warnings: [] };
  const { cursor, field } = cursorOf(flow, request);
  const start = startOf(cursor, field, request.from);
  return { all: [start.predicate, byKey], warnings: start.warnings, cursor, field, start };
}

async function* read(open: () => Promise<Duck>, context: Context, request: ReadRequest): AsyncGenerator<SourceEvent> {
  const flow = onlyFlow(request, 'DuckDB reads one stream at a time');
  await using duck = await open();
  await duck.run('begin transaction');
  await requireFields(duck, flow);
  try {
    yield* request.mode === 'incremental'
      ? readIncremental(duck, context, flow, request)
      : readSnapshot(duck, context, flow, request);
  } catch (error) {
    // The stream and its fields are there, so what DuckDB does not accept is what a person wrote.
    if (!(error instanceof HeadgateError) || error.code !== 'query.invalid') throw error;
    throw new HeadgateError('stream.query', `reading ${refName(flow.stream)}: ${error.message}`, { cause: error.cause });
  }
}

/** What was discovered may be gone by now. Throws `stream.missing`, `field.missing`. */
async function requireFields(duck: Duck, { stream, projection }: FlowRead): Promise<void> {
  if (stream.query !== undefined) return;
  const [info] = await discoverStreams(duck, [stream]);
  for (const { from } of projection.columns) {
    if (info?.schema.fields.some(({ name }) => sameName(name, from))) continue;
    throw new HeadgateError('field.missing', `reading ${refName(stream)}: it has no field ${JSON.stringify(from)} any more`);
  }
}

async function* readSnapshot(duck: Duck, context: Context, flow: FlowRead, request: ReadRequest): AsyncGenerator<SourceEvent> {
  let rows = 0;
  const csv = exportCsv(duck, context, await exportOf(duck, flow, predicates(flow, request).all), (all) => (rows = all));
  for await (const data of csv) yield { type: 'bytes', stream: flow.stream, data };
  const proof: ReadProof = {
    rows: { [refName(flow.stream)]: rows },
    evidence: `${rows} rows of one transaction`,
    guarantee: 'one snapshot: every row as it was at one moment of the source',
    warnings: [],
  };
  yield { type: 'checkpoint', position: { kind: 'snapshot' }, proof };
}

async function* readIncremental(duck: Duck, context: Context, flow: FlowRead, request: ReadRequest): AsyncGenerator<SourceEvent> {
  const name = refName(flow.stream);
  const { all, warnings, cursor, field, start } = predicates(flow, request);
  if (!cursor || !field) return;
  const [facts = []] = await duck.rows(greatestValue(flow, field, all));
  const [expected = '0', greatest = null, ahead, nulls] = facts;
  if (cursor.nulls === 'fail' && nulls !== '0')
    throw new HeadgateError('cursor.null', `reading ${name}: ${nulls} rows have no ${field.name}`);
  if (expected === '0') {
    const evidence =
      start.predicate === undefined ? 'the stream is empty' : `no row in the range of ${field.name}, in one transaction`;
    const proof = { rows: { [name]: 0 }, evidence, guarantee: 'nothing was read: the position stays', warnings };
    yield { type: 'checkpoint', position: request.from ?? null, proof };
    return;
  }
  const saved = cursorPosition(request.from, field.name);
  const later =
    greatest !== null && saved?.value != null && (await duck.rows(isLater(field, greatest, saved.value)))[0]?.[0] === 'true';
  const future =
    ahead === 'true' ? [`rows have a ${field.name} in the future: the position stops at the clock, they are read again`] : [];
  let rows = 0;
  const csv = exportCsv(duck, context, await exportOf(duck, flow, all), (sum) => (rows = sum));
  for await (const data of csv) yield { type: 'bytes', stream: flow.stream, data };
  if (rows !== Number(expected))
    throw new HeadgateError('read.incomplete', `reading ${name}: ${rows} of ${expected} rows were written out`);
  const lookback = start.lookback === undefined ? '' : `, lookback ${start.lookback}`;
  const proof: ReadProof = {
    rows: { [name]: rows },
    evidence: `${rows} rows of one transaction, ${field.name} up to the greatest value that it shows`,
    guarantee: `commit-safe: one process owns the file, so no older row can be committed later${lookback}`,
    warnings: [...warnings, ...future],
  };
  yield { type: 'checkpoint', position: { ...nextPosition(cursor, greatest, later, saved) }, proof };
}

/** A table is read by ranges of its row ids. What has none is materialised first: then it does, and it is computed once. */
async function exportOf(duck: Duck, flow: FlowRead, where: readonly (string | undefined)[]): Promise<Export> {
  const columns = columnTexts(flow).length;
  if (flow.stream.query === undefined && (await relationExists(duck, flow.stream))) {
    return { table: rowsFrom(flow), columns, select: (range) => selectText(flow, [...where, range]) };
  }
  await duck.run(`create temp table ${materialized} as ${selectText(flow, where)}`);
  return { table: materialized, columns, select: (range) => `select * from ${materialized} where ${range}` };
}
