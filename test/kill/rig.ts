/** What all points of one lane share, and what each of them gets for itself. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMariadb, type TestMariadb } from '../support/mariadb.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { duckdbPlace } from './place-duckdb.ts';
import { filePlace } from './place-file.ts';
import { mysqlPlace } from './place-mysql.ts';
import { postgresPlace } from './place-postgres.ts';
import type { Place } from './place.ts';
import { isServer, type DestinationName, type Scenario } from './scenario.ts';
import { MysqlTable } from './source-mysql.ts';
import { PostgresTable } from './source-postgres.ts';
import type { SourceTable } from './source.ts';

export interface Servers {
  readonly postgres: TestPostgres;
  readonly mysql: TestMariadb;
}

/** The sources' servers are the same for all lanes; each lane has destination servers of its own, which it may kill. */
export interface Lane {
  readonly sources: Servers;
  readonly destinations: Servers;
}

/** Everything that one point may touch. */
export interface Rig extends AsyncDisposable {
  readonly scenario: Scenario;
  readonly source: SourceTable;
  readonly place: Place;
  /** Absent where the destination is none. */
  readonly destinationServer?: TestPostgres | TestMariadb;
  /** The URL of the source as the command gets it. */
  readonly sourceLocation: string;
  readonly stateDir: string;
  readonly folder: string;
  /** Stands before the server whose wire is to fail. */
  readonly proxy?: Proxy;
}

const settings = { shared_buffers: '64MB', max_connections: '60', autovacuum: 'off', max_wal_size: '1GB' };

/** They end with the stack. */
export async function startServers(stack: AsyncDisposableStack): Promise<Servers> {
  return { postgres: stack.use(await startPostgres({ settings })), mysql: stack.use(await startMariadb()) };
}

/** The destination's server, where it is one. */
const serverOf = (lane: Lane, destination: DestinationName): TestPostgres | TestMariadb | undefined =>
  isServer(destination) ? lane.destinations[destination] : undefined;

async function proxyOf(lane: Lane, { source, destination, victim }: Scenario): Promise<Proxy | undefined> {
  if (victim.kind !== 'wire') return undefined;
  if (victim.side === 'source') return startProxy(lane.sources[source].port, source);
  if (!isServer(destination)) throw new Error(`there is no wire to ${destination}`);
  return startProxy(lane.destinations[destination].port, destination);
}

export async function openRig(lane: Lane, scenario: Scenario, id: string): Promise<Rig> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), `headgate-kill-${id}-`));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { victim, destination } = scenario;
  const side = victim.kind === 'wire' ? victim.side : undefined;
  const proxy = stack.use(await proxyOf(lane, scenario));
  const server = serverOf(lane, destination);
  const source = stack.use(await sourceOf(lane, scenario, `source_${id}`));
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
    ...(server && { destinationServer: server }),
    sourceLocation: side === 'source' && proxy ? proxy.url(source.url) : source.url,
    stateDir,
    folder,
    ...(proxy && { proxy }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function sourceOf({ sources }: Lane, scenario: Scenario, name: string): Promise<SourceTable> {
  return scenario.source === 'mysql'
    ? MysqlTable.create(sources.mysql, name, scenario)
    : PostgresTable.create(sources.postgres, name, scenario);
}

function placeOf(
  lane: Lane,
  { destination }: Scenario,
  folder: string,
  id: string,
  through: (url: string) => string,
): Promise<Place> {
  switch (destination) {
    case 'postgres':
      return postgresPlace(lane.destinations.postgres, `target_${id}`, through);
    case 'mysql':
      return mysqlPlace(lane.destinations.mysql, `target_${id}`, through);
    case 'duckdb':
      return duckdbPlace(folder);
    case 'file':
      return filePlace(folder);
  }
}
