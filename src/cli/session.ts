/** From locations and options to the flows of one command, and what they share. */
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { refName, type StreamInfo, type TableRef } from '../domain/schema.ts';
import type { Flow, Progress, Session } from '../engine/flow.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import type { Context } from '../sdk/index.ts';
import type { World } from './command.ts';
import { buildFlow } from '../engine/build-flow.ts';
import { embeddedWarehouse } from './hosted.ts';
import { chooseLocation, connect, isFile, isStdio, withFormat } from './locations.ts';
import type { Values } from './options.ts';
import { readCount, readRequest } from './request.ts';
import { readDerivation } from './derive.ts';
import { readSchema } from './schema.ts';
import { spoolStdin } from './stdin.ts';
import { requireChoice, wantedStreams } from './streams.ts';
import { assignTargets, type Sides } from '../engine/targets.ts';
import { readAsShown } from '../engine/shown.ts';
import { discoverStreams } from '../engine/streams.ts';
import { mayGuess } from '../engine/request.ts';
import { partitionBytes, usualReaders } from '../engine/readers.ts';
import { rejectsFileOf } from '../engine/rejects-file.ts';
import type { FlowRequest } from '../engine/request.ts';

export interface Places {
  readonly source: string;
  readonly destination: string;
}

/** `sync SOURCE DESTINATION`, either from its environment variable. */
export function syncPlaces(positionals: readonly string[], { env }: World): Places {
  return {
    source: chooseLocation(positionals[0], 'source', env),
    destination: chooseLocation(positionals[1], 'destination', env),
  };
}

/** `import FILE` goes into the embedded warehouse. Throws `usage.scheme` for what is no file. */
export function importPlaces(positionals: readonly string[], { env, stateDir }: World): Places {
  const source = chooseLocation(positionals[0], 'source', env);
  if (isFile(source)) return { source, destination: embeddedWarehouse({ env, stateDir }) };
  throw new HeadgateError('usage.scheme', 'import reads a file', { hint: 'for a database use headgate sync SOURCE DESTINATION' });
}

/** `plan` and `verify` take the arguments of both: a file alone means an import. */
export function eitherPlaces(positionals: readonly string[], world: World): Places {
  const alone = positionals[1] === undefined && !world.env['HEADGATE_DESTINATION'];
  const source = chooseLocation(positionals[0], 'source', world.env);
  return alone && isFile(source) ? importPlaces(positionals, world) : syncPlaces(positionals, world);
}

/** A stream that has no flow, because the options do not fit it. Its neighbours go on. */
export interface Misfit {
  readonly stream: string;
  readonly error: HeadgateError;
}

export interface Prepared {
  readonly flows: readonly Flow[];
  readonly misfits: readonly Misfit[];
  /** How many flows run at the same time. */
  readonly atOnce: number;
  /** The session of one flow: readers are shared out among the flows that run at the same time. */
  sessionFor(flow: Flow): Session;
}

/**
 * Throws what stops all streams: bad usage, an unreachable source, `stream.missing`, `usage.collision`.
 * `context` must live as long as the flows.
 */
export async function prepare(
  places: Places,
  values: Values,
  world: World,
  context: Context,
  onProgress: (progress: Progress) => void,
): Promise<Prepared> {
  const { stateDir, signal, terminal } = world;
  // Rows own stdout then: what we say about them goes to stderr.
  if (isStdio(places.destination)) terminal.leaveStdout();
  const asked = readRequest(values);
  const derive = await readDerivation(values);
  const request = derive ? { ...asked, policy: { ...asked.policy, derive } } : asked;
  const schema = await readSchema(values);
  const parallel = values.parallel === undefined ? usualReaders() : readCount('parallel', values.parallel);
  const { source: given, destination } = await connectBoth(places, values, world, context);
  if (!given.source || !destination.destination) {
    throw new HeadgateError('usage.scheme', 'these locations cannot be a source and a destination');
  }
  requireModes(request, given.source, destination.destination);
  const wanted = wantedStreams(values, given.source);
  const found = await discoverStreams(given.source, context, wanted, { guesses: !schema && mayGuess(request) });
  const read = await readAsShown({ source: given.source, streams: found }, context, wanted, schema);
  const source = { ...given, source: read.source };
  const { streams } = read;
  requireChoice(streams, wanted);
  const single = isFile(places.destination) && !/\{stream\}|[\\/](\?.*)?$/.test(places.destination);
  const sides: Sides = {
    sourceNamespace: source.source.defaultNamespace,
    identifiers: destination.destination.identifiers,
    single,
  };
  const { flows, misfits } = buildFlows(
    { request, ...(schema && { schema }) },
    streams,
    sides,
    source.identity === destination.identity,
  );
  const atOnce = Math.min(parallel, Math.max(flows.length, 1));
  const share = readersPerFlow(parallel, atOnce);
  const base = { source, destination, stateDir, signal, log: context.log, parallel: share, partitionBytes };
  // The estimates are those of the whole stream: an incremental read would never reach them.
  const bounded = ({ totalRows: _rows, totalBytes: _bytes, ...rest }: Progress): void => onProgress(rest);
  return {
    flows,
    misfits,
    atOnce,
    sessionFor: (flow) => ({ ...base, onProgress: flow.mode === 'incremental' ? bounded : onProgress }),
  };
}

/**
 * Readers of one table, so that all flows together hold at most `parallel` + 1 sessions of the source: a flow with several
 * readers holds one session more, which keeps their snapshot. Pure.
 */
export function readersPerFlow(parallel: number, flowsAtOnce: number): number {
  return flowsAtOnce === 1 ? parallel : Math.max(1, Math.floor((parallel + 1) / flowsAtOnce) - 1);
}

/** What no stream of these two could do is said once, before any of them is looked at. */
function requireModes(
  { read, write }: FlowRequest,
  source: NonNullable<Session['source']['source']>,
  destination: NonNullable<Session['destination']['destination']>,
): void {
  if (!source.modes.includes(read)) throw new HeadgateError('usage.mode', `this source cannot be read in ${read} mode`);
  if (write === undefined || destination.modes.includes(write)) return;
  throw new HeadgateError('usage.mode', `this destination cannot ${write}; it can ${destination.modes.join(', ')}`);
}

async function connectBoth(
  places: Places,
  { format }: Values,
  { env }: World,
  context: Context,
): Promise<Pick<Session, 'source' | 'destination'>> {
  const from = withFormat(places.source, format);
  const destination = await connect(withFormat(places.destination, format), 'destination', env);
  const source = await connect(from, 'source', env);
  return { destination, source: isStdio(from) ? await connect(await spoolStdin(from, context), 'source', env) : source };
}

function buildFlows(
  { request, schema }: { readonly request: FlowRequest; readonly schema?: SchemaFile },
  streams: readonly StreamInfo[],
  sides: Sides,
  samePlace: boolean,
): Pick<Prepared, 'flows' | 'misfits'> {
  const targets = assignTargets(streams, request.into, sides, samePlace);
  const { file } = request.rejects;
  const requestOf = (into: TableRef): FlowRequest =>
    targets.length === 1 || file === undefined
      ? request
      : { ...request, rejects: { ...request.rejects, file: rejectsFileOf(file, into) } };
  const flows: Flow[] = [];
  const misfits: Misfit[] = [];
  for (const { info, into } of targets) {
    try {
      flows.push(buildFlow(requestOf(into), info, into, schema));
    } catch (error) {
      misfits.push({ stream: refName(info.stream), error: asHeadgateError(error, `preparing ${refName(info.stream)}`) });
    }
  }
  return { flows, misfits };
}
