/** What all points of one lane share, and what each of them gets for itself. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { duckdbPlace } from './place-duckdb.ts';
import { filePlace } from './place-file.ts';
import { postgresPlace } from './place-postgres.ts';
import type { Place } from './place.ts';
import type { Scenario } from './scenario.ts';
import { SourceTable } from './source-table.ts';

/** One source server for all lanes; each lane has a destination server of its own, which it may kill. */
export interface Lane {
  readonly source: TestPostgres;
  readonly destination: TestPostgres;
}

/** Everything that one point may touch. */
export interface Rig extends AsyncDisposable {
  readonly scenario: Scenario;
  readonly source: SourceTable;
  readonly place: Place;
  readonly destinationServer: TestPostgres;
  /** The URL of the source as the command gets it. */
  readonly sourceLocation: string;
  readonly stateDir: string;
  readonly folder: string;
  /** Stands before the server whose wire is to fail. */
  readonly proxy?: Proxy;
}

const settings = { shared_buffers: '64MB', max_connections: '60', autovacuum: 'off', max_wal_size: '1GB' };

export const startServer = (): Promise<TestPostgres> => startPostgres({ settings });

export async function openRig(lane: Lane, scenario: Scenario, id: string): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), `headgate-kill-${id}-`));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { victim } = scenario;
  const side = victim.kind === 'wire' ? victim.side : undefined;
  const proxy = side && stack.use(await startProxy(side === 'source' ? lane.source.port : lane.destination.port));
  const source = stack.use(await SourceTable.create(lane.source, `source_${id}`, scenario));
  const place = stack.use(
    await placeOf(lane, scenario, folder, id, (url) => (side === 'destination' && proxy ? proxy.url(url) : url)),
  );
  const stateDir = join(folder, 'state');
  await mkdir(stateDir);
  const owned = stack.move();
  return {
    scenario,
    source,
    place,
    destinationServer: lane.destination,
    sourceLocation: side === 'source' && proxy ? proxy.url(source.url) : source.url,
    stateDir,
    folder,
    ...(proxy && { proxy }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function placeOf(
  lane: Lane,
  { destination }: Scenario,
  folder: string,
  id: string,
  through: (url: string) => string,
): Promise<Place> {
  if (destination === 'postgres') return postgresPlace(lane.destination, `target_${id}`, through);
  return destination === 'duckdb' ? duckdbPlace(folder) : filePlace(folder);
}
