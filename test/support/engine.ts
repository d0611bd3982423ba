import { connect } from '../../src/cli/locations.ts';
import { buildFlow } from '../../src/engine/build-flow.ts';
import { readRequest } from '../../src/cli/request.ts';
import type { Values } from '../../src/cli/options.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { createContext } from '../../src/engine/context.ts';
import type { Session } from '../../src/engine/flow.ts';
import { runFlow } from '../../src/engine/run.ts';

/** One flow as the command line would run it, in this process: what a test needs many of. */
export interface EngineRun extends Partial<Pick<Session, 'parallel' | 'partitionBytes'>> {
  readonly source: string;
  readonly destination: string;
  /** A table of the default namespace; a file has only one stream. */
  readonly stream: string;
  /** Absent = the name of the stream. */
  readonly into?: string;
  /** As `sync` takes them, without the dashes. */
  readonly options: Values;
  readonly stateDir: string;
  /** What the engine notes on the way. */
  readonly notes?: string[];
}

/** Throws what stops a flow before it starts; all else is in the receipt. */
export async function runInProcess(run: EngineRun): Promise<Receipt> {
  const note = (text: string): void => void run.notes?.push(text);
  const { signal } = new AbortController();
  const shared = { stateDir: run.stateDir, signal, log: { info: () => undefined, warn: note } };
  const [source, destination] = [await connect(run.source, 'source', {}), await connect(run.destination, 'destination', {})];
  await using context = await createContext(shared);
  await using opened = await source.source?.open(context);
  const wanted = source.source?.defaultNamespace === undefined ? undefined : [{ name: run.stream }];
  const found = (await opened?.discover(wanted)) ?? [];
  // A file's only stream has a name of its own.
  const stream = found.find(({ stream: { name } }) => name === run.stream) ?? found[0];
  if (!stream) throw new Error(`there is no table ${run.stream}`);
  const flow = buildFlow(readRequest(run.options), stream, { name: run.into ?? run.stream });
  const { parallel = 1, partitionBytes = Infinity } = run;
  return await runFlow(flow, { ...shared, source, destination, parallel, partitionBytes, onProgress: () => undefined });
}
