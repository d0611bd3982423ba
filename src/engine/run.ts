/** One flow from its two connections to its receipt. */
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import type { Receipt } from '../domain/receipt.ts';
import { refName, type StreamInfo, type TableInfo } from '../domain/schema.ts';
import { Misread, ofRows } from '../shape/misread.ts';
import {
  infersTypes,
  type Claim,
  type Connection,
  type Context,
  type Destination,
  type Publish,
  type ReadRequest,
  type Source,
} from '../sdk/index.ts';
import { createContext } from './context.ts';
import { shapeColumns } from './columns.ts';
import { converter } from './convert.ts';
import { cutOf } from './cut.ts';
import type { Flow, Session } from './flow.ts';
import { pipelineId, publishToken, requestHash } from './identity.ts';
import { keptElsewhere, openJournal, type Journal } from './journal.ts';
import type { Plan } from './plan.ts';
import { plan } from './planner.ts';
import { mayGuess } from './request.ts';
import { DestinationHandle } from './publish.ts';
import { runReader } from './reader.ts';
import { namesKey, readNames } from './names.ts';
import { receiptOf, type ReceiptParts } from './receipt.ts';
import { refusedKeeper } from './refused-rows.ts';
import type { Convert } from './sinks.ts';

/**
 * Never throws for what went wrong with its stream: streams fail alone, and the receipt says it in `state` and `error`.
 */
export async function runFlow(flow: Flow, session: Session): Promise<Receipt> {
  const started = Date.now();
  const source = requireSide(session.source, 'source');
  const destination = requireSide(session.destination, 'destination');
  const pipeline = pipelineId(session.source.identity, session.destination.identity, flow);
  const base = { pipeline, flow, run: '', attempt: 0, lane: 'direct' as const };
  let parts: ReceiptParts = base;
  try {
    await using context = await createContext(session);
    const journal = session.run
      ? keptElsewhere(session.run)
      : openJournal(session.stateDir, pipeline, requestHash(flow), new Date());
    parts = { ...base, run: journal.run, attempt: journal.attempt };
    await using handle = await DestinationHandle.open(destination, context);
    await using opened = await source.open(context);
    const planned = ({ lane }: Plan): void => void (parts = { ...parts, lane });
    const moved = await move(flow, { session, source: opened, context, handle, journal, pipeline }, planned);
    parts = { ...parts, ...moved };
    // Held and finished runs are both settled: nothing of them is in doubt, the next command is a new run.
    journal.close();
    await context.failpoint('engine.journal-closed');
    return receiptOf(parts, started);
  } catch (error) {
    const failure = asHeadgateError(error, `syncing ${refName(flow.stream.stream)}`);
    session.log.info('the flow failed', { stack: stackOf(failure) });
    return receiptOf({ ...parts, failure: session.signal.aborted ? cancelled(failure) : failure }, started);
  }
}

/**
 * The quick way first: with the types of a sample, where every value is looked at on its way, and with the records of a file as they
 * stand. What it cannot do ends that try before anything is published, and then all values decide and every row is written anew.
 */
async function move(asked: Flow, of: Way, planned: (plan: Plan) => void): Promise<Partial<ReceiptParts>> {
  const planFor = async (guesses: boolean): Promise<Planned> => {
    const found = await planAgainst(asked, of.session, of.source, of.handle.current, guesses);
    planned(found.plan);
    return found;
  };
  const first = await planFor(!asked.shape.rules && mayGuess(asked));
  try {
    return await execute({ ...of, ...first });
  } catch (error) {
    const { rejects } = first.flow;
    if (rejects.named && !first.plan.conversion && error instanceof HeadgateError && ofRows.includes(error.code)) {
      return await execute({ ...of, ...(await planNamed(asked, of, planned)) });
    }
    const guesses = first.flow.stream.schema.fields.some(({ guessed }) => guessed);
    const other = guesses && error instanceof HeadgateError && error.code === 'value.invalid';
    if (!other && !(error instanceof Misread)) throw error;
    of.session.log.info('a later value or record is another than those before it: all of them are looked at first');
    return await execute({ ...of, ...careful(await planFor(false)) });
  }
}

/** No record goes as it stands. */
function careful({ plan: found, ...rest }: Planned): Planned {
  return { ...rest, plan: found.conversion ? { ...found, conversion: { ...found.conversion, passThrough: false } } : found };
}

/** The way on which every row is looked at: it fails at the first that is wrong, and says which. */
async function planNamed(asked: Flow, { session, source, handle }: Way, planned: (plan: Plan) => void): Promise<Planned> {
  const flow = { ...asked, rejects: { ...asked.rejects, judged: true } };
  const found = await planAgainst(flow, session, source, handle.current);
  planned(found.plan);
  return careful(found);
}

/** For whoever debugs: shown only when asked for, because a cause may be a driver's own words. */
function stackOf(error: Error): string {
  return `${error.stack ?? error.message}${error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''}`;
}

function cancelled(failure: HeadgateError): HeadgateError {
  return failure.code === 'run.cancelled'
    ? failure
    : new HeadgateError('run.cancelled', 'the run was cancelled', { cause: failure });
}

export function requireSide<S extends 'source' | 'destination'>(connection: Connection, side: S): NonNullable<Connection[S]> {
  const facts = connection[side];
  if (!facts) throw new HeadgateError('usage.mode', `${connection.identity} cannot be a ${side}`);
  return facts;
}

/** A flow whose stream has its types, and the plan for it. */
export interface Planned {
  readonly flow: Flow;
  readonly plan: Plan;
  /** The newest publish of the pipeline, as it was when the plan was made. */
  readonly last: Publish | undefined;
}

/** The plan for this flow against the destination as it is now. Reads, never writes. */
export async function planAgainst(
  asked: Flow,
  session: Session,
  source: Source,
  destination: Destination,
  guessing = false,
): Promise<Planned> {
  const table = await destination.describe(asked.into);
  // A column of the table judges its values by its own type.
  const guesses = guessing && (table === undefined || asked.policy.existing === 'recreate');
  const stream = guesses ? asked.stream : await settled(asked.stream, source);
  const typed = infersTypes(source) && !typesAreFixed(asked, table);
  const flow = { ...asked, stream: typed ? await source.inferTypes(stream, { guesses }) : stream };
  const pipeline = pipelineId(session.source.identity, session.destination.identity, flow);
  const [last] = await destination.ledger(pipeline);
  const planned = plan({
    flow,
    names: readNames(last?.positions[namesKey(refName(flow.stream.stream))]),
    connectors: { source: session.source.connector, destination: session.destination.connector },
    source: requireSide(session.source, 'source'),
    destination: requireSide(session.destination, 'destination'),
    ...(table && { table }),
  });
  return { flow, plan: planned, last };
}

/** The stream with all of its file looked at. */
async function settled(stream: StreamInfo, source: Source): Promise<StreamInfo> {
  if (!stream.guessed) return stream;
  const [found] = await source.discover([stream.stream]);
  if (!found) throw new HeadgateError('stream.missing', `reading ${refName(stream.stream)}: it is not there any more`);
  return found;
}

/** Does each field get its type from a cast or from the column that it goes into? */
function typesAreFixed({ stream, shape, policy }: Flow, table: TableInfo | undefined): boolean {
  if (policy.existing === 'recreate') return false;
  const known = new Set(table?.schema.fields.map(({ name }) => name));
  const columns = shapeColumns(stream.schema, shape);
  return columns.every(({ as, cast, mask }) => cast !== undefined || mask !== undefined || known.has(as));
}

/** What the source is asked for, from the position in the ledger. */
export function readRequest(flow: Flow, planned: Plan, from: Json | undefined): ReadRequest {
  return {
    flows: [{ stream: flow.stream.stream, schema: flow.stream.schema, projection: planned.projection }],
    mode: flow.mode,
    format: planned.format,
    ...(flow.mode === 'incremental' && flow.cursor && { cursor: flow.cursor }),
    ...(flow.mode === 'incremental' && from !== undefined && { from }),
  };
}

/** What a flow is moved with. */
interface Way {
  readonly session: Session;
  readonly source: Source;
  readonly context: Context;
  readonly handle: DestinationHandle;
  readonly journal: Journal;
  readonly pipeline: string;
}

type Execution = Way & Planned;

async function execute(of: Execution): Promise<Partial<ReceiptParts>> {
  const { flow, plan: planned, session, source, context, handle, journal, pipeline } = of;
  const stream = refName(flow.stream.stream);
  const claim: Claim = await handle.current.claim(pipeline);
  await context.failpoint('engine.claimed');
  const saved = flow.mode === 'incremental' && !session.run?.fromStart ? claim.last?.positions[stream] : undefined;
  // Only adding all rows again would do harm; everything else is read afresh, and what it repeats is recognised by key.
  const onceOnly = flow.mode === 'snapshot' && flow.policy.mode === 'append';
  const tokenScope = onceOnly ? journal.run : `${journal.run}.${journal.attempt}`;
  const resumes = onceOnly && journal.resumed;
  const done = resumes ? await publishedAlready(handle.current, pipeline, publishToken(pipeline, tokenScope, saved)) : undefined;
  if (done) return { earlier: done, from: saved ?? null, position: done.positions[stream] ?? null };
  let [rows, bytes] = [0, 0];
  const progress = (phase: 'reading' | 'publishing' | 'done'): void => {
    const { estimatedRows, estimatedBytes } = flow.stream;
    session.onProgress({
      stream,
      phase,
      rows,
      bytes,
      ...(estimatedRows !== undefined && { totalRows: estimatedRows }),
      ...(estimatedBytes !== undefined && { totalBytes: estimatedBytes }),
    });
  };
  progress('reading');
  const convert = planned.conversion && keeping(converter(planned, planned.conversion, flow, context), flow, session);
  const outcome = await runReader({
    source,
    destination: handle,
    context,
    pipeline,
    run: journal.run,
    attempt: journal.attempt,
    tokenScope,
    fence: claim.fence,
    positionKey: stream,
    names: Object.keys(planned.names).length === 0 ? {} : { [namesKey(stream)]: planned.names },
    flows: new Map([
      [
        stream,
        {
          plan: planned,
          ...(flow.brake && { brake: flow.brake }),
          ...(convert && { convert }),
          refused: () => refusedKeeper(flow, planned, session),
        },
      ],
    ]),
    request: readRequest(flow, planned, saved),
    cut: cutOf(flow, planned, session),
    ...(flow.publishAfterMs !== undefined && { publishAfterMs: flow.publishAfterMs }),
    moved: (_stream, moreBytes, moreRows) => {
      bytes += moreBytes;
      rows += moreRows;
      progress('reading');
    },
    publishing: () => progress('publishing'),
  });
  progress('done');
  return { outcome, bytes, from: saved ?? null, position: outcome.position };
}

/** Refused rows are kept before the publish that leaves them out: what comes after it may never come. */
function keeping(convert: Convert, flow: Flow, { keepRejects }: Session): Convert {
  if (!keepRejects) return convert;
  return async (files, outlet) => {
    try {
      const converted = await convert(files, outlet);
      if (converted.rejected > 0) await keepRejects(flow, false);
      return converted;
    } catch (error) {
      if (error instanceof HeadgateError && ofRows.includes(error.code)) await keepRejects(flow, false);
      throw error;
    }
  };
}

/** A run that was killed after its publish: the ledger has its token, so there is nothing left to do. */
async function publishedAlready(destination: Destination, pipeline: string, token: string): Promise<Publish | undefined> {
  return (await destination.ledger(pipeline)).find((publish) => publish.token === token);
}
