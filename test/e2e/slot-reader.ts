/** Runs the slot source into a destination once, as a process that can be killed: `slot-reader.ts SOURCE DESTINATION DIR SLOT`. */
import { registry } from '../../src/connectors/registry.ts';
import type { StreamInfo } from '../../src/domain/schema.ts';
import { createContext } from '../../src/engine/context.ts';
import type { Flow } from '../../src/engine/flow.ts';
import { openJournal } from '../../src/engine/journal.ts';
import { plan } from '../../src/engine/planner.ts';
import { DestinationHandle } from '../../src/engine/publish.ts';
import { runReader, type ReaderFlow } from '../../src/engine/reader.ts';
import type { Connection } from '../../src/sdk/index.ts';
import { SlotSource } from '../support/slot-source.ts';

const [sourceUrl = '', target = '', stateDir = '', slot = ''] = process.argv.slice(2);
const pipeline = slot;
const tables = ['public.customers', 'public.orders'] as const;

async function connectionOf(location: string): Promise<Connection> {
  const scheme = location.slice(0, location.indexOf(':'));
  const registration = registry.find(({ schemes }) => schemes.includes(scheme));
  if (!registration) throw new Error(`no connector for ${scheme}`);
  return (await registration.load()).locate(location, {});
}

const flowOf = (stream: StreamInfo): Flow => ({
  stream,
  into: { name: stream.stream.name },
  mode: 'changes',
  policy: { mode: 'merge', key: stream.schema.key ?? [], nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve' },
  shape: { rename: {}, cast: {}, mask: {} },
  rejects: { limit: 0, unit: 'rows' },
});

const signal = new AbortController().signal;
const log = { info: () => undefined, warn: () => undefined };
await using context = await createContext({ stateDir, signal, log });
const postgres = await connectionOf(sourceUrl);
const connection = await connectionOf(target);
if (!postgres.source || !connection.destination) throw new Error('both sides are needed');
const facts = { ...postgres.source, modes: ['changes' as const], produces: () => ['csv'] };
const streams = await (async () => {
  await using discovery = await postgres.source?.open(context);
  return (await discovery?.discover(tables.map((name) => ({ namespace: 'public', name: name.slice(7) })))) ?? [];
})();
await using handle = await DestinationHandle.open(connection.destination, context);
const flows = new Map<string, ReaderFlow>();
for (const stream of streams) {
  const flow = flowOf(stream);
  const table = await handle.current.describe(flow.into);
  const connectors = { source: postgres.connector, destination: connection.connector };
  flows.set(`public.${stream.stream.name}`, {
    plan: plan({ flow, connectors, source: facts, destination: connection.destination, ...(table && { table }) }),
  });
}
const claim = await handle.current.claim(pipeline);
const from = claim.last?.positions['slot'];
const journal = openJournal(stateDir, pipeline, 'changes', new Date());
await using source = await new SlotSource(sourceUrl, slot, 'headgate_publication').connect();
const outcome = await runReader({
  source,
  destination: handle,
  context,
  pipeline,
  run: journal.run,
  attempt: journal.attempt,
  tokenScope: journal.run,
  fence: claim.fence,
  names: {},
  positionKey: 'slot',
  flows,
  request: {
    flows: streams.map(({ stream, schema }) => ({
      stream,
      schema,
      projection: { columns: schema.fields.map(({ name }) => ({ from: name, as: name })) },
    })),
    mode: 'changes',
    format: 'csv',
    ...(from !== undefined && { from }),
  },
  cut: { target: 1, places: 1 },
  moved: () => undefined,
  publishing: () => undefined,
});
journal.close();
process.stdout.write(`${JSON.stringify({ publishes: outcome.publishes.length, position: outcome.position })}\n`);
