/** The tutorial of examples/mparticle, with curl alone, against a server and a database as they are. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { adminKey, startService, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());

test('the tutorial makes users and events', async () => {
  const url = await site.server.database('shop');
  await site.server.sql(
    url,
    `create table customers as select 'u' || i || '@example.com' as email, i as customer_id, 'pro' as plan, now() - interval '1 hour' as updated_on
       from generate_series(1, 3) i;
     create table orders as select 'u1@example.com' as email, 'Order ' || i as name, now() - interval '1 hour' as updated_on from generate_series(1, 2) i`,
  );
  await using service = await startService(site.path('data'));
  const { hostname, port, pathname, username, password } = new URL(url);
  const script = join(import.meta.dirname, '..', '..', 'examples', 'mparticle', 'tutorial.sh');
  const { stdout } = await promisify(execFile)('bash', [script], {
    env: {
      ...process.env,
      API_URL: service.url,
      ADMIN_KEY: adminKey,
      PGHOST: hostname,
      PGPORT: port,
      PGDATABASE: pathname.slice(1),
      PGUSER: decodeURIComponent(username),
      PGPASSWORD: decodeURIComponent(password) || 'none',
    },
  });
  const [, users = '', events = ''] = /6\. users\n(.*)\n7\. events\n(.*)\n/.exec(stdout) ?? [];
  const rows = (text: string) => (JSON.parse(text) as { readonly rows: readonly (readonly string[])[] }).rows;
  assert.equal(rows(users).filter(([type]) => type === 'email').length, 3, stdout);
  assert.equal(rows(users).filter(([type]) => type === 'customer_id').length, 3);
  assert.ok(rows(users).every((row) => /"plan": ?"pro"/.test(String(row[2]))));
  assert.deepEqual(
    rows(events)
      .map(([properties]) => /Order \d/.exec(String(properties))?.[0])
      .sort(),
    ['Order 1', 'Order 2'],
  );
});

test('a server that is killed during a run goes on with it: the same id, the same range', async () => {
  const url = await site.server.database('killed');
  await site.server.sql(url, "create table people as select 'a@x' as email, now() - interval '1 hour' as at");
  const { hostname, port, pathname, username, password } = new URL(url);
  const config = {
    host: hostname,
    port,
    database: pathname.slice(1),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password) || 'none',
  };
  const dataDir = site.path('killed');
  const ask = async (
    service: Service,
    method: string,
    path: string,
    body?: object,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' };
    const reply = await fetch(`${service.url}/platform/v2/workspaces/1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.equal(reply.status, 200, `${method} ${path}`);
    return (await reply.json()) as Readonly<Record<string, unknown>>; // our own answer
  };
  const run = async (service: Service): Promise<Readonly<Record<string, unknown>>> => {
    const { latest_pipeline_run } = await ask(service, 'GET', '/inputs/data-pipelines/p/report');
    return latest_pipeline_run as Readonly<Record<string, unknown>>; // there is one
  };
  const until = async (service: Service, holds: (found: Readonly<Record<string, unknown>>) => boolean) => {
    for (;;) {
      const found = await run(service);
      if (holds(found)) return found;
      await wait(50);
    }
  };
  const holder = new Client(url);
  await holder.connect();
  await holder.query('begin; lock table people');
  let before: Readonly<Record<string, unknown>>;
  {
    await using service = await startService(dataDir);
    await ask(service, 'POST', '/connections', {
      id: 'c',
      name: 'C',
      state: 'active',
      service_provider: 'Redshift',
      config: { ...config, aws_iam_role_arn: 'arn' },
    });
    await ask(service, 'POST', '/data-models', {
      id: 'm',
      name: 'M',
      state: 'active',
      type: 'sql',
      config: { sql_query: 'select email, at from people' },
    });
    await ask(service, 'POST', '/inputs/data-pipelines', {
      id: 'p',
      name: 'P',
      pipeline_type: 'user_attributes',
      connection_id: 'c',
      data_model_id: 'm',
      state: 'active',
      environment: 'production',
      sync_mode: { type: 'incremental', iterator_field: 'at', iterator_data_type: 'timestamp_tz' },
      schedule: { type: 'on_demand' },
    });
    await ask(service, 'POST', '/inputs/data-pipelines/trigger', { pipeline_id: 'p' });
    before = await until(service, ({ range_end }) => range_end !== null);
    await service.kill();
  }
  await using service = await startService(dataDir);
  await until(service, ({ status }) => status === 'running' || status === 'retrying');
  await holder.query('commit');
  await holder.end();
  const done = await until(service, ({ status }) => status === 'success' || status === 'failed');
  const facts = ({ id, range_start, range_end, logical_date }: Readonly<Record<string, unknown>>) => ({
    id,
    range_start,
    range_end,
    logical_date,
  });
  assert.deepEqual(facts(done), facts(before));
  assert.deepEqual([done['status'], done['successful_records']], ['success', 1]);
});
