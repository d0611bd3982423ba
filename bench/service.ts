/** What a server promises about time: schedules that fall due, runs that start. `npm run bench:service [pass|late|trigger|burst|uploads]` */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { migrateQueue } from '../src/jobs/queue.ts';
import { pass } from '../src/jobs/scheduler.ts';
import { openDb, type Db } from '../src/store/db.ts';
import { migrate, readMigrations } from '../src/store/migrate.ts';
import { startService, type Service } from '../test/support/service.ts';
import { migrationsFolder } from '../test/support/state.ts';
import { load } from './measure.ts';
import { startServer } from './server.ts';
import { benchUploads } from './uploads.ts';

const round = (value: number): number => Math.round(value * 10) / 10;
const at = (sorted: readonly number[], share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;

function report(what: string, values: readonly number[], target: string): void {
  const sorted = values.toSorted((a, b) => a - b);
  const figures = [0.5, 0.99, 1].map((share) => round(at(sorted, share)));
  console.log(`${what}: p50 ${figures[0]}, p99 ${figures[1]}, most ${figures[2]} ms of ${values.length}; target ${target}`);
}

/** `count` pipelines with daily schedules, half of them on a calendar, of which every hundredth is due at noon. */
async function fill(db: Db, count: number): Promise<void> {
  await db.query(`insert into headgate.connections (id, workspace_id, slug, name, connector, settings)
    values ('con_bench', 1, 'bench', 'bench', 'file', '{}')`);
  await db.query(
    `insert into headgate.pipelines (id, workspace_id, slug, name, state, source_id, destination_id, flows, schedule)
     select 'pl_' || i, 1, 'p-' || i, 'p', 'active', 'con_bench', 'con_bench', '[]', case when i % 2 = 0
       then '{"kind":"interval","every":1,"unit":"days","start":"2026-01-01T12:00:00Z","delay":"0s","catch_up":"0s"}'::jsonb
       else '{"kind":"calendar","zone":"Europe/Berlin","hours":[13],"minutes":[0],"catch_up":"0s"}'::jsonb end
     from generate_series(1, $1) i`,
    [count],
  );
  await db.query(
    `update headgate.pipelines set next_due_at = case when substr(id, 4)::int % 100 = substr(id, 4)::int / 100 % 2
       then timestamptz '2026-01-02 12:00Z' else timestamptz '2026-01-02 12:01Z' + random() * interval '23 hours' end`,
  );
  await db.query('vacuum analyze headgate.pipelines');
}

async function benchPass(): Promise<void> {
  await using server = await startServer();
  await using db = openDb(await server.database('state'));
  await migrate(db, await readMigrations(migrationsFolder));
  await migrateQueue(db.pool);
  await fill(db, 100_000);
  const [times, cpu]: [number[], number[]] = [[], []];
  for (let time = 0; time < 12; time++) {
    const [started, own, servers] = [performance.now(), process.cpuUsage(), await server.cpuSeconds()];
    const made = await pass(db, new Date('2026-01-02T12:00:00Z'));
    times.push(performance.now() - started);
    const { user, system } = process.cpuUsage(own);
    cpu.push((user + system) / 1000 + ((await server.cpuSeconds()) - servers) * 1000);
    if (made !== 1000) throw new Error(`a pass made ${made} runs`);
    await db.query(
      `update headgate.pipelines p set next_due_at = r.due_at, last_due_at = null from headgate.runs r where r.pipeline_id = p.id`,
    );
    await db.query('truncate headgate.runs cascade');
    await db.query('select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))');
  }
  report('a pass over 100,000 pipelines of which 1,000 are due', times.slice(2), '250 ms');
  report('its CPU, the database included', cpu.slice(2), '(none)');
}

/** Small files into small files: what is measured is everything but the engine. */
async function prepare(service: Service, folder: string, pipelines: number): Promise<void> {
  const settings = { path: join(import.meta.dirname, '..', 'examples', 'contacts.csv'), format: 'csv' };
  await service.api('POST', '/connections', { name: 'from', slug: 'from', connector: 'file', settings });
  for (let number = 0; number < pipelines; number++) {
    const slug = `p-${number}`;
    await service.api('POST', '/connections', {
      name: slug,
      slug,
      connector: 'file',
      settings: { path: join(folder, `${slug}.csv`), format: 'csv' },
    });
    const flows = [{ stream: 'contacts', write: 'replace' }];
    await service.api('POST', '/pipelines', { name: slug, slug, source: 'from', destination: slug, flows });
  }
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly started_at: string | null;
  readonly error: unknown;
}

async function trigger(service: Service, slug: string): Promise<string> {
  return String((await service.api('POST', `/pipelines/${slug}/trigger`))['id']);
}

async function ended(service: Service, id: string): Promise<Run> {
  for (;;) {
    const run = (await service.api('GET', `/runs/${id}`)) as unknown as Run; // our own API
    if (run.state === 'succeeded') return run;
    if (!['queued', 'running', 'retrying'].includes(run.state))
      throw new Error(`a run ended ${run.state}: ${JSON.stringify(run.error)}`);
    await wait(100);
  }
}

async function withService(work: (service: Service, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-bench-'));
  try {
    await using service = await startService(join(folder, 'data'), { HEADGATE_RUNS_PER_CONNECTION: '64' });
    await work(service, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function benchLate(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 1);
  const due = Array.from({ length: 30 }, (_, number) => Date.now() + 5_000 + number * 377);
  for (const [number, moment] of due.entries()) {
    await service.api('POST', '/pipelines', {
      name: `late-${number}`,
      slug: `late-${number}`,
      source: 'from',
      destination: 'p-0',
      flows: [{ stream: 'contacts', into: `late-${number}`, write: 'replace' }],
      schedule: { kind: 'once', at: new Date(moment).toISOString() },
    });
  }
  await wait(Math.max(...due) + 2_000 - Date.now());
  const { data } = (await service.api('GET', '/runs?limit=100')) as unknown as { data: readonly Record<string, string>[] }; // our own API
  const times = data.map(({ due_at = '', queued_at = '' }) => Date.parse(queued_at) - Date.parse(due_at));
  report('from a due time to its run', times, '1 s');
}

async function benchTrigger(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 1);
  await ended(service, await trigger(service, 'p-0'));
  const times: number[] = [];
  for (let second = 0; second < 60; second++) {
    const sent = Date.now();
    const run = await ended(service, await trigger(service, 'p-0'));
    times.push(Date.parse(run.started_at ?? '') - sent);
    await wait(Math.max(0, 1000 - (Date.now() - sent)));
  }
  report('from the request to the start of its run, one a second', times, 'p50 40 ms, p99 300 ms');
}

async function benchBurst(service: Service, folder: string): Promise<void> {
  await prepare(service, folder, 50);
  const started = performance.now();
  const ids = await Promise.all(Array.from({ length: 1000 }, async (_, number) => await trigger(service, `p-${number % 50}`)));
  const sent = performance.now() - started;
  const twice: string[] = [];
  for (const id of ids) if ((await ended(service, id)).attempt !== 1) twice.push(id);
  const all = performance.now() - started;
  console.log(`1,000 triggers at once: accepted in ${round(sent)} ms, all ended in ${round(all)} ms, run twice: ${twice.length}`);
}

const benches: Readonly<Record<string, () => Promise<void>>> = {
  pass: benchPass,
  late: async () => await withService(benchLate),
  trigger: async () => await withService(benchTrigger),
  burst: async () => await withService(benchBurst),
  uploads: async () => await withService(benchUploads),
};

console.log(`${round(await load())} cores busy before`);
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches)) await benches[name]?.();
