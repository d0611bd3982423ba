/** Requests after the contract, one after the other, and the answers that it asks for. `UPDATE_GOLDEN=1` writes them anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Client } from 'pg';
import { open } from './harness.ts';
import { mparticle } from './index.ts';

const folder = join(import.meta.dirname, '../../../../test/golden');
const bench = await open('2026-02-01T00:00:00Z');
await bench.server.sql(
  bench.sourceUrl,
  "create table people as select 'a@example.com' as email, 'pro' as plan, timestamptz '2026-01-01Z' as updated_on",
);

const holder = new Client(bench.sourceUrl);
await holder.connect();
after(async () => {
  await holder.end();
  await bench.close();
});

const [, id = '', secret = ''] = /^hg_([^_]+)_(.+)$/.exec(bench.token) ?? [];
const known: Readonly<Record<string, string>> = { ...bench.source, id, secret };
const fill = (text: string): string => text.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => known[name] ?? '');

/** Who asks with what; anybody else has the key. `token` = the last one that was given out. */
const callers: Record<string, string> = { nobody: '', stranger: 'hg_nobody_nothing' };

/** What differs from run to run has a name instead. */
function plain(text: string): string {
  const named = (['port', 'database', 'host'] as const).map((name) => [
    `"${name}": "${known[name] ?? ''}"`,
    `"${name}": "\${${name}}"`,
  ]);
  return named
    .reduce((all, [from = '', to = '']) => all.replaceAll(from, to), text)
    .replaceAll(/"(started_on|ended_on)": "[^"]+"/g, '"$1": "<now>"')
    .replaceAll(/"access_token": "[^"]+"/g, '"access_token": "<token>"');
}

test('every request is answered as it is written down', async () => {
  const blocks = readFileSync(join(folder, 'mparticle.requests.txt'), 'utf8')
    .split(/\n(?=##|!)/)
    .slice(1);
  const said: string[] = [];
  const asked: string[] = [];
  for (const block of blocks) {
    const [, act, to = ''] = /^! (\w+) ?(\S*)/.exec(block) ?? [];
    if (act === 'advance') await bench.advance(to);
    // While another session holds the table, a run stays at work.
    if (act === 'hold') await holder.query('begin; lock table people');
    if (act === 'release') await holder.query('commit');
    if (act !== undefined) continue;
    const [title = '', line = '', ...rest] = block.trim().split('\n');
    const [method = '', path = '', who = ''] = line.split(' ');
    const body = rest.join('\n');
    const reply = await bench.ask(method, path.replace('…', bench.base), body === '' ? undefined : fill(body), callers[who]);
    if (typeof reply.body['access_token'] === 'string') callers['token'] = reply.body['access_token'];
    asked.push(`${method} ${path.replace('…', bench.base)}`);
    const shown = reply.status === 204 ? '' : `\n${JSON.stringify(reply.body, null, 2)}`;
    said.push(`${title}\n${line}\n${reply.status}${plain(shown)}\n`);
  }
  const path = join(folder, 'mparticle.answers.txt');
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, said.join('\n'));
  assert.equal(said.join('\n'), readFileSync(path, 'utf8'));
  const missing = mparticle.routes.filter(({ method, path: route }) => {
    const pattern = new RegExp(`^${method} ${route.replaceAll(/:\w+/g, '[^/?]+')}(?:\\?|$)`);
    return !asked.some((line) => pattern.test(line));
  });
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  );
});
