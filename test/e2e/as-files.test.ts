/** Pipelines out of a server into files, and back, by the commands that people use. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { headgate, type RunResult } from '../support/run.ts';
import { adminKey, startService, untilRun, type Service } from '../support/service.ts';

let folder: string;
let service: Service;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-files-'));
  service = await startService(join(folder, 'data'), {}, []);
});
after(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const run = async (...args: string[]): Promise<RunResult> =>
  await headgate([...args, '--data-dir', join(folder, 'data')], { cwd: folder, env: { HEADGATE_KEY: adminKey } });

test('what is exported can be applied, changed, and applied again', async () => {
  assert.equal((await run('export', 'out')).code, 0);
  assert.deepEqual(await readdir(join(folder, 'out')), ['sample.json']);
  const path = join(folder, 'out', 'sample.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as Readonly<Record<string, unknown>>;
  assert.deepEqual([file['source'], file['destination'], file['id']], ['sample-contacts', 'warehouse', undefined]);
  await writeFile(path, JSON.stringify({ ...file, name: 'Renamed' }));
  await writeFile(join(folder, 'out', 'second.json'), JSON.stringify({ ...file, slug: 'second', name: 'Second' }));
  const applied = await run('apply', 'out');
  assert.deepEqual([applied.code, applied.stdout], [0, 'updated sample\ncreated second\n']);
  assert.equal((await service.api('GET', '/pipelines/sample'))['name'], 'Renamed');
  assert.equal((await service.api('GET', '/pipelines/second'))['name'], 'Second');
});

test('pipelines with models, schemas and followers come to another workspace by their names', async () => {
  const key = adminKey;
  const other = `${service.url}/v1/workspaces/7`;
  const post = async (base: string, path: string, body: object): Promise<void> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  };
  await post(service.url, '/v1/workspaces', { id: 7, name: 'Seven' });
  // What stands behind the names is each workspace's own; the other one begins with other ids.
  for (const base of [other, `${service.url}/v1/workspaces/1`]) {
    await post(base, '/connections', { name: 'Lake', slug: 'lake', connector: 'duckdb', settings: { path: 'lake.db' } });
    await post(base, '/models', { name: 'Cities', slug: 'cities', connection: 'lake', sql: 'select 1 as id', validate: false });
    const definition = { fields: [{ name: 'id', type: 'integer' }] };
    await post(base, '/schemas', { name: 'Ids', slug: 'ids', definition });
  }
  const here = `${service.url}/v1/workspaces/1`;
  const ends = { source: 'lake', destination: 'warehouse' };
  await post(here, '/pipelines', { ...ends, name: 'Z', slug: 'z-first', flows: [{ model: 'cities', write: 'replace' }] });
  await post(here, '/pipelines', {
    ...ends,
    name: 'A',
    slug: 'a-second',
    flows: [{ stream: 'x', write: 'replace', schema: 'ids@1' }],
    schedule: { kind: 'after', pipeline: 'z-first' },
  });
  assert.equal((await run('export', 'moved')).code, 0);
  for (const name of ['sample.json', 'second.json']) await rm(join(folder, 'moved', name));
  const applied = await run('apply', 'moved', '--workspace', '7');
  assert.deepEqual([applied.code, applied.stdout], [0, 'created z-first\ncreated a-second\n'], applied.stderr);
  assert.equal((await run('export', 'back', '--workspace', '7')).code, 0);
  const files = async (out: string): Promise<readonly string[]> =>
    await Promise.all(['a-second.json', 'z-first.json'].map(async (name) => await readFile(join(folder, out, name), 'utf8')));
  assert.deepEqual(await files('back'), await files('moved'));
  assert.doesNotMatch((await files('back')).join(''), /"(?:con|mod|sch|pl)_/);
});

test('a file that is no pipeline stops everything before anything is sent', async () => {
  await writeFile(join(folder, 'out', 'third.json'), '{');
  const { code, stderr } = await run('apply', 'out');
  assert.equal(code, 1);
  assert.match(stderr, /third\.json: it is no JSON object/);
  await rm(join(folder, 'out', 'third.json'));
});

test('a pipeline cannot be moved to another connection in silence', async () => {
  const path = join(folder, 'out', 'second.json');
  const file = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...file, source: 'warehouse' }));
  const { code, stderr } = await run('apply', 'out');
  assert.deepEqual([code, /second: its source is another connection/.test(stderr)], [1, true], stderr);
});

test('a run is listed, and its log followed to its end', async () => {
  const id = String((await service.api('POST', '/pipelines/sample/trigger'))['id']);
  await untilRun(service, id, ['succeeded']);
  const listed = await run('runs', 'list');
  assert.match(listed.stdout, new RegExp(id));
  const tailed = await run('runs', 'tail', id);
  assert.deepEqual(
    [tailed.code, /read 1,000 rows of contacts/.test(tailed.stdout), tailed.stdout.endsWith(`${id} succeeded\n`)],
    [0, true, true],
  );
});
