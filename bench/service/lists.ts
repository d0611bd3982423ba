/** A workspace with very many pipelines and runs: what lists of them and reports cost. One request after the other. */
import { openDb, type Db } from '../../src/store/db.ts';
import { adminKey, databaseSettings, startService, type Service } from '../../test/support/service.ts';
import { startServer } from '../server.ts';
import { report, withFolder } from './figures.ts';

const [pipelines, runs, ofOne] = [10_000, 1_000_000, 100_000];
const base = '/platform/v2/workspaces/1';

async function ask(service: Service, method: string, path: string, body?: unknown): Promise<string> {
  const answer = await fetch(`${service.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text;
}

/** One pipeline through the API; the others are copies of its rows. */
async function fill(service: Service, db: Db, database: string): Promise<void> {
  const { host, port, database: name, user, password } = databaseSettings(database);
  const config = { host, port: String(port), database: name, user, password };
  await ask(service, 'POST', `${base}/connections`, {
    id: 'shop',
    name: 'Shop',
    state: 'active',
    service_provider: 'Postgres',
    config,
  });
  await ask(service, 'POST', `${base}/data-models`, {
    id: 'customers',
    name: 'Customers',
    state: 'active',
    type: 'sql',
    config: { sql_query: 'SELECT email, updated_on FROM customers' },
  });
  await ask(service, 'POST', `${base}/inputs/data-pipelines`, {
    id: 'p-1',
    name: 'Users',
    pipeline_type: 'user_attributes',
    data_model_id: 'customers',
    connection_id: 'shop',
    state: 'active',
    environment: 'development',
    schedule: { type: 'on_demand' },
    sync_mode: { type: 'incremental', iterator_field: 'updated_on', iterator_data_type: 'timestamp_tz' },
  });
  const [{ id } = { id: '' }] = await db.query<{ id: string }>('select pipeline_id as id from headgate.ranges');
  await db.query(
    `insert into headgate.pipelines (id, workspace_id, slug, name, state, source_id, destination_id, flows, schedule)
     select 'pl_bench' || i, 1, 'bench-' || i, name, state, source_id, destination_id, flows, schedule
     from headgate.pipelines, generate_series(2, $2) i where id = $1`,
    [id, pipelines],
  );
  await db.query(
    `insert into headgate.ranges (pipeline_id, workspace_id, policy, runs) select 'pl_bench' || i, 1, policy, 0
     from headgate.ranges, generate_series(2, $2) i where pipeline_id = $1`,
    [id, pipelines],
  );
  await db.query(
    `insert into headgate.external_objects (dialect, workspace_id, kind, external_id, object_id, data)
     select dialect, 1, kind, 'p-' || i, 'pl_bench' || i, data from headgate.external_objects, generate_series(2, $2) i
     where object_id = $1`,
    [id, pipelines],
  );
  await db.query(
    `insert into headgate.runs (id, workspace_id, pipeline_id, state, outcome, cause, attempt, queued_at, started_at, finished_at)
     select 'run_' || lpad(i::text, 26, '0'), 1, case when i <= $3 then $1 else 'pl_bench' || 2 + i % ($4 - 1) end, 'succeeded',
       'changed', 'schedule', 1, t, t, t
     from generate_series(1, $2) i, lateral (select timestamptz '2026-01-01Z' + i * interval '1 second') as times (t)`,
    [id, runs, ofOne, pipelines],
  );
  await db.query(
    `insert into headgate.run_ranges (run_id, workspace_id, pipeline_id, ordinal, epoch, logical_at, up_to, settled)
     select id, 1, pipeline_id, row_number() over (partition by pipeline_id order by id), 0, queued_at, queued_at, true
     from headgate.runs order by id`,
  );
  await db.query(`update headgate.ranges set runs = $2 where pipeline_id = $1`, [id, ofOne]);
  await db.query('vacuum analyze');
}

async function times(service: Service, path: (turn: number) => string, count: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let turn = 0; turn < count + 10; turn++) {
    const begun = performance.now();
    await ask(service, 'GET', path(turn));
    // What is compiled and cached once is not what a request costs.
    if (turn >= 10) all.push(performance.now() - begun);
  }
  return all;
}

export async function benchLists(): Promise<void> {
  await using server = await startServer();
  const database = await server.database('state');
  await withFolder(async (folder) => {
    await using service = await startService(folder, { DATABASE_URL: database });
    await using db = openDb(database);
    await fill(service, db, database);
    const one = `${base}/inputs/data-pipelines`;
    report(`all of ${pipelines} pipelines`, await times(service, () => one, 20), '300 ms');
    report('the report of one', await times(service, () => `${one}/p-1/report`, 300), 'p99 50 ms');
    const page = (turn: number): string => `${one}/p-1/runs?pageSize=50&currentPage=${1 + ((turn * 97) % 1_900)}`;
    report(`a page of its runs, of ${runs} in all`, await times(service, page, 300), 'p99 50 ms');
    const dated = (turn: number): string => `${page(turn % 60)}&startDate=2026-01-01T12:00:00Z&endDate=2026-01-01T23:00:00Z`;
    report('the same between two dates', await times(service, dated, 300), 'p99 50 ms');
    report('a page of all runs', await times(service, () => '/v1/workspaces/1/runs', 300), '50 ms');
    report('a page of pipelines', await times(service, () => '/v1/workspaces/1/pipelines', 300), '50 ms');
  });
}
