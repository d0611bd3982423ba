/** Events and users on their way to an endpoint that fails, and from a server that dies: docs/forwarding.md, as it stands there. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { adminKey, databaseSettings, startService, untilRun, type Service } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());
const page = readFileSync(join(import.meta.dirname, '../../docs/forwarding.md'), 'utf8');

const url = await site.server.database('shop');
const count = 230;
await site.server.sql(
  url,
  `create table visits (email text, page text, price numeric, at timestamptz);
   insert into visits select 'u' || i % 7 || '@x', '/p' || i, 1.10, now() - interval '1 hour' + i * interval '1 second' from generate_series(1, ${count}) i`,
);
const person = [{ field: 'email', type: 'email' }];
const events = { into: 'events', event: 'content', identities: person, with_identities: true, time: { field: 'at' } };

async function pipeline(service: Service, slug: string, derive: object): Promise<void> {
  const flow = { stream: 'public.visits', into: slug, write: 'append', derive };
  await service.api('POST', '/pipelines', { name: slug, slug, source: 'shop', destination: 'warehouse', flows: [flow] });
  const { id } = await service.api('POST', `/pipelines/${slug}/trigger`);
  assert.equal((await untilRun(service, String(id), ['succeeded', 'failed']))['state'], 'succeeded');
}

interface Batch {
  readonly source_request_id: string;
  readonly user_identities: Readonly<Record<string, string>>;
  readonly user_attributes?: Readonly<Record<string, string>>;
  readonly events: readonly unknown[];
}

const batchesOf = (receiver: Receiver): readonly Batch[] =>
  receiver.posted.flatMap(({ body }) => JSON.parse(body) as readonly Batch[]);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(50);
}

async function forwarder(service: Service, receiver: Receiver): Promise<unknown> {
  const headers = { 'x-own': 'abc' };
  const made = await service.api('POST', '/forwarders', { name: 'f', url: receiver.url, headers, batch: 10 });
  assert.deepEqual([made['headers'], typeof made['secret']], [['x-own'], 'string']);
  return made['id'];
}

test('every event arrives, though the endpoint fails and the server is killed; users follow', async () => {
  await using receiver = await startReceiver();
  const dataDir = site.path('data');
  {
    await using service = await startService(dataDir);
    const shop = { name: 'shop', slug: 'shop', connector: 'postgres', settings: databaseSettings(url) };
    await service.api('POST', '/connections', shop);
    await pipeline(service, 'visits', events);
    receiver.status = 503;
    await service.api('PUT', '/pipelines/visits/forward', { forwarder: await forwarder(service, receiver) });
    await receiver.until(2);
    const { failures, error, sent } = await service.api('GET', '/pipelines/visits/forward');
    assert.ok(Number(failures) >= 1, String(failures));
    assert.deepEqual([error, sent], ['server.refused', 0]);
    receiver.status = 202;
    const before = receiver.posted.length;
    await receiver.until(before + 3);
    await service.kill();
  }
  await using service = await startService(dataDir);
  const status = async () => await service.api('GET', '/pipelines/visits/forward');
  await until(async () => (await status())['due_at'] === null);
  const ids = batchesOf(receiver).map(({ source_request_id }) => source_request_id);
  assert.equal(new Set(ids).size, count);
  assert.deepEqual([(await status())['sent'], (await status())['failures']], [count, 0]);
  const [first] = receiver.posted;
  assert.equal(first?.headers['x-own'], 'abc');
  assert.match(first?.body ?? '', /"custom_attributes":\{.*"price":"1\.10"/);
  // The same request again is the same in every byte.
  const bodies = Map.groupBy(receiver.posted, ({ headers }) => headers['webhook-id']);
  for (const same of bodies.values()) assert.equal(new Set(same.map(({ body }) => body)).size, 1);
  // Rows that are read again are the same events: nothing goes out.
  const { id } = await service.api('POST', '/pipelines/visits/trigger');
  await untilRun(service, String(id), ['succeeded']);
  await until(async () => (await status())['due_at'] === null);
  assert.equal(new Set(batchesOf(receiver).map(({ source_request_id }) => source_request_id)).size, count);

  await using people = await startReceiver();
  await pipeline(service, 'people', { into: 'profiles', identities: person, except: ['at'] });
  await service.api('PUT', '/pipelines/people/forward', { forwarder: await forwarder(service, people) });
  await until(() => batchesOf(people).length >= 7);
  const users = batchesOf(people);
  assert.deepEqual(
    users.map(({ user_identities }) => user_identities['email']).toSorted(),
    Array.from({ length: 7 }, (_, i) => `u${i}@x`),
  );
  assert.ok(users.every(({ events: none, user_attributes }) => none.length === 0 && user_attributes?.['price'] === '1.10'));
});

test('the page works as printed', async () => {
  await using service = await startService(site.path('page'));
  await service.api('POST', '/connections', {
    name: 'shop',
    slug: 'shop',
    connector: 'postgres',
    settings: databaseSettings(url),
  });
  await pipeline(service, 'visits', events);
  const block = (lead: string): string => new RegExp(`^\`\`\`${lead}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? '';
  const file = site.path('receiver.mjs');
  await writeFile(file, block('js receiver.mjs'));
  // A port that is free: the endpoint gets it back in a moment.
  const free = await startReceiver();
  const port = new URL(free.url).port;
  await free[Symbol.asyncDispose]();
  const env = {
    ...process.env,
    U: `${service.url}/v1/workspaces/1`,
    H: `Authorization: Bearer ${adminKey}`,
    ENDPOINT: `http://127.0.0.1:${port}/`,
  };
  const script = `${block('sh')}\necho "secret $SECRET"`;
  const { stdout } = await promisify(execFile)('bash', ['-ec', script], { env });
  const [, secret = ''] = /secret (whsec_\S+)/.exec(stdout) ?? [];
  const endpoint = spawn(process.execPath, [file], {
    env: { ...env, SECRET: secret, PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  createInterface(endpoint.stdout).on('line', (line) => lines.push(line));
  await until(() => lines.length >= count);
  const exit = once(endpoint, 'exit');
  endpoint.kill();
  await exit;
  assert.equal(new Set(lines.map((line) => (JSON.parse(line) as Batch).source_request_id)).size, count);
});
