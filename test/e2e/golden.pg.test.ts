/** The README's path as its users see it on the wire: requests and answers, recorded and compared. `UPDATE_GOLDEN=1` writes them anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { adminKey, startService } from '../support/service.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
after(async () => await site[Symbol.asyncDispose]());
const path = join(import.meta.dirname, 'golden.txt');

/** Those that clients look at. */
const shown = ['content-type', 'etag', 'location', 'ratelimit-limit', 'idempotent-replayed', 'www-authenticate', 'allow'];

/** What is another one each time gets the same name each time: `con_1`, `<time>`. */
function normalised(text: string, known: Map<string, string>): string {
  const named = (id: string, kind: string): string => {
    const name = known.get(id) ?? `${kind}_${[...known.values()].filter((one) => one.startsWith(`${kind}_`)).length + 1}`;
    known.set(id, name);
    return name;
  };
  return text
    .replaceAll(/\b([a-z]+)_[0-9a-hjkmnp-tv-z]{26}\b/g, named)
    .replaceAll(/\breq_[0-9a-f]{32}\b/g, 'req_…')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00/g, '<time>')
    .replaceAll(/"(seconds|bytes)":\s*[\d.]+/g, '"$1": 0')
    .replaceAll(/"(token|snapshot|user)":\s*"[^"]*"/g, '"$1": "…"')
    .replaceAll(/("checksums":\s*)\[[^\]]*\]/g, '$1["…"]')
    .replaceAll(/"port":\s*\d+/g, '"port": 5432')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:5432')
    .replaceAll(/\b\d+(?:\.\d+)? m?s\b/g, '0 s');
}

test('from an empty server to a receipt', async () => {
  const source = await site.server.database('shop');
  await site.server.sql(
    source,
    "create table orders (id bigint primary key, note text); insert into orders values (1, 'a'), (2, null)",
  );
  await using service = await startService(site.path('golden'));
  const { hostname, port, pathname, username, password } = new URL(source);
  const settings = { host: hostname, port: Number(port), database: pathname.slice(1), user: username, password };
  const [lines, known]: [string[], Map<string, string>] = [[], new Map()];
  const ask = async (method: string, address: string, body?: object, headers: object = {}): Promise<string> => {
    const reply = await fetch(`${service.url}/v1/workspaces/1${address}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, ...headers },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const told = shown.filter((name) => reply.headers.has(name)).map((name) => `${name}: ${reply.headers.get(name)}`);
    const json = /json/.test(reply.headers.get('content-type') ?? '');
    const sent = body ? [JSON.stringify(body).replace(password, '…')] : [];
    const answer = json ? JSON.stringify(JSON.parse(text), undefined, 2) : text.trimEnd();
    lines.push(normalised([`> ${method} ${address}`, ...sent, `< ${reply.status}`, ...told, answer, ''].join('\n'), known));
    return text;
  };
  const flows = [{ stream: 'public.orders', write: 'replace' }];
  await ask(
    'POST',
    '/connections',
    { name: 'Shop', slug: 'shop', connector: 'postgres', settings },
    { 'idempotency-key': 'shop' },
  );
  await ask(
    'POST',
    '/connections',
    { name: 'Shop', slug: 'shop', connector: 'postgres', settings },
    { 'idempotency-key': 'shop' },
  );
  await ask('POST', '/pipelines', { name: 'Orders', slug: 'orders', source: 'shop', destination: 'warehouse', flows });
  const { id } = JSON.parse(await ask('POST', '/pipelines/orders/trigger')) as { id: string };
  // Its log lines come in the order of its work; which of them come first into a chunk is not the point.
  await (
    await fetch(`${service.url}/v1/workspaces/1/runs/${id}/events`, { headers: { authorization: `Bearer ${adminKey}` } })
  ).text();
  await ask('GET', `/runs/${id}/events`);
  await ask('GET', `/runs/${id}`);
  await ask('POST', '/warehouse/query', { sql: 'select * from orders order by id' });
  await ask('PATCH', '/pipelines/orders', { name: 'All orders' }, { 'if-match': '"1"' });
  await ask('PATCH', '/pipelines/orders', { name: 'Late' }, { 'if-match': '"1"' });
  await ask('POST', '/pipelines', { name: '', flows: [{ read: 'sometimes' }] });
  await ask('GET', '/pipelines/nothing');
  await ask('PUT', '/pipelines');
  await ask('GET', '/runs', undefined, { authorization: 'Bearer nonsense' });
  const text = lines.join('\n');
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
  const runs = await service.client.all('runs.list', {});
  assert.deepEqual(
    runs.map((run) => [run.id, run.state, run.rows_written]),
    [[id, 'succeeded', 2]],
  );
});
