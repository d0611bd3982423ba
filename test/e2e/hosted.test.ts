/** One warehouse of a data directory: commands work on its file, and while a server runs there they ask the server. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { headgate, type RunResult } from '../support/run.ts';
import { adminKey, startService } from '../support/service.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-hosted-'));
  await writeFile(join(folder, 'people.csv'), 'id,name\n1,Ann\n2,Ben\n');
  await writeFile(join(folder, 'more.csv'), 'id,name\n2,Bert\n3,Cid\n');
});
after(async () => await rm(folder, { recursive: true }));

const run = async (stateDir: string, ...args: string[]): Promise<RunResult> =>
  await headgate([...args, '--json'], { cwd: folder, stateDir, env: { HEADGATE_KEY: adminKey } });

/** Rows of a query by default, that is: of the warehouse, whoever owns it. */
async function rows(stateDir: string, sql: string): Promise<readonly unknown[]> {
  const { code, json, stderr } = await run(stateDir, 'query', sql);
  assert.equal(code, 0, stderr);
  return json.filter(({ type }) => type === 'row').map(({ values }) => values);
}

test('what a command imported a server has, and the other way round', async () => {
  const dir = join(folder, 'one');
  assert.equal((await run(dir, 'import', 'people.csv')).code, 0);
  {
    await using service = await startService(dir);
    assert.deepEqual(await rows(dir, 'select * from people order by id'), [
      ['1', 'Ann'],
      ['2', 'Ben'],
    ]);
    const imported = await run(dir, 'import', 'more.csv', '--into', 'people', '--mode', 'merge', '--key', 'id');
    assert.equal(imported.code, 0, imported.stderr);
    const receipt = imported.json.find(({ type }) => type === 'receipt');
    assert.deepEqual([receipt?.['read'], receipt?.['added'], receipt?.['changed']], [2, 1, 1]);
    const { rows: asked } = await service.client.call('warehouse.query', { sql: 'select name from people order by id' });
    assert.deepEqual(asked.flat(), ['Ann', 'Bert', 'Cid']);
    // Once more the same file: the same pipeline, no second one.
    assert.equal((await run(dir, 'import', 'more.csv', '--into', 'people', '--mode', 'merge', '--key', 'id')).code, 0);
    assert.equal((await service.client.all('pipelines.list', {})).length, 1);
    const wrong = await run(dir, 'import', 'more.csv', '--stream', 'nothing');
    assert.equal(wrong.code, 1);
  }
  // It was killed: its address is still there, and nobody answers.
  assert.deepEqual(await rows(dir, 'select count(*) from people'), [['3']]);
});

test('refused rows come back with their exit code, and a file that cannot be read with its reason', async () => {
  const dir = join(folder, 'two');
  await using _service = await startService(dir);
  await writeFile(join(folder, 'bad.csv'), 'id,n\n1,1\n2,x\n');
  const held = await run(dir, 'import', 'bad.csv', '--cast', 'n=integer', '--max-rejects', '1');
  assert.equal(held.code, 3, held.stdout + held.stderr);
  const failed = await run(dir, 'import', 'bad.csv', '--cast', 'n=integer');
  assert.equal(failed.code, 1, failed.stdout + failed.stderr);
  assert.equal((await run(dir, 'import', 'absent.csv')).code, 1);
});

/** Names of what a server has. */
async function kept(service: Awaited<ReturnType<typeof startService>>): Promise<readonly string[]> {
  const { client } = service;
  const lists = [
    await client.all('pipelines.list', {}),
    await client.all('connections.list', {}),
    await client.all('schemas.list', {}),
  ];
  return [...lists.flat().map(({ slug }) => slug), ...(await client.all('files.list', {})).map(({ name }) => name)];
}

test('what an import would do, and whether it was done, is asked of the server, which keeps nothing of it', async () => {
  const dir = join(folder, 'looks');
  assert.equal((await run(dir, 'import', 'people.csv')).code, 0);
  await using service = await startService(dir);
  const before = await kept(service);
  const planned = await run(dir, 'plan', 'more.csv', '--into', 'people', '--mode', 'merge', '--key', 'id');
  assert.equal(planned.code, 0, planned.stdout + planned.stderr);
  const plan = planned.json.find(({ type }) => type === 'plan');
  const changes = plan?.['changes'] as Record<string, unknown> | undefined;
  assert.deepEqual([plan?.['table'], plan?.['loadFormat'], changes?.['add'], changes?.['change']], ['people', 'csv', 1, 1]);
  const samples = changes?.['samples'] as readonly { kind: string }[] | undefined;
  assert.deepEqual(samples?.map(({ kind }) => kind).toSorted(), ['add', 'change']);
  assert.equal((await run(dir, 'verify', 'people.csv', '--key', 'id')).code, 0);
  const other = await run(dir, 'verify', 'more.csv', '--into', 'people', '--key', 'id');
  assert.equal(other.code, 1, other.stdout + other.stderr);
  const found = other.json.find(({ type }) => type === 'verification');
  assert.deepEqual([found?.['missing'], found?.['extra'], found?.['different'], found?.['sourceRows']], [1, 1, 1, 2]);
  const wrong = await run(dir, 'plan', 'people.csv', '--rename', 'nothing=x');
  assert.equal(wrong.code, 1, wrong.stdout);
  assert.deepEqual(await kept(service), before);
});

test('a pipe, a pattern, rules, profiles and a file of refused rows reach a running server', async () => {
  const dir = join(folder, 'forms');
  await using _service = await startService(dir);
  const piped = await headgate(['import', '-', '--format', 'ndjson', '--into', 'piped', '--json'], {
    cwd: folder,
    stateDir: dir,
    env: { HEADGATE_KEY: adminKey },
    input: '{"id":1}\n{"id":2}\n',
  });
  assert.equal(piped.code, 0, piped.stdout + piped.stderr);
  assert.deepEqual(await rows(dir, 'select count(*) from piped'), [['2']]);
  await writeFile(join(folder, 'part-1.csv'), 'id,name\n1,Ann\n');
  await writeFile(join(folder, 'part-2.csv'), 'id,name\n2,Ben\n');
  const many = await run(dir, 'import', 'part-*.csv');
  assert.equal(many.code, 0, many.stdout + many.stderr);
  assert.deepEqual(await rows(dir, 'select * from part order by id'), [
    ['1', 'Ann'],
    ['2', 'Ben'],
  ]);
  await writeFile(join(folder, 'ruled.csv'), 'id,name\n1,Ann\n2,\n');
  const schema = {
    fields: [
      { name: 'id', type: 'bigint' },
      { name: 'name', type: 'text', rules: ['required'] },
    ],
  };
  await writeFile(join(folder, 'ruled.json'), JSON.stringify(schema));
  const ruled = await run(dir, 'import', 'ruled.csv', '--schema', 'ruled.json', '--max-rejects', '1', '--rejects', 'refused.csv');
  assert.equal(ruled.code, 3, ruled.stdout + ruled.stderr);
  assert.deepEqual(await rows(dir, 'select name from ruled'), [['Ann']]);
  assert.match(await readFile(join(folder, 'refused.csv'), 'utf8'), /\bname\b.*\brequired\b/);
  const derived = { into: 'profiles', kind: 'user', namespace: 'ours', id: 'id' };
  await writeFile(join(folder, 'derived.json'), JSON.stringify(derived));
  const made = await run(dir, 'import', 'people.csv', '--derive', 'derived.json', '--mode', 'merge', '--key', 'id');
  assert.equal(made.code, 0, made.stdout + made.stderr);
  assert.deepEqual(await rows(dir, 'select count(*) from ours.profiles'), [['2']]);
});

test('the file of an earlier version is brought along, by whoever comes first', async () => {
  for (const first of ['command', 'server'] as const) {
    const dir = join(folder, `older-${first}`);
    assert.equal((await run(dir, 'import', 'people.csv')).code, 0);
    await rename(join(dir, 'files/1/warehouse.db'), join(dir, 'warehouse.duckdb'));
    await rm(join(dir, 'files'), { recursive: true });
    if (first === 'server') {
      await using service = await startService(dir);
      const { rows: asked } = await service.client.call('warehouse.query', { sql: 'select name from people order by id' });
      assert.deepEqual(asked.flat(), ['Ann', 'Ben']);
    } else {
      const imported = await run(dir, 'import', 'more.csv', '--into', 'people', '--mode', 'merge', '--key', 'id');
      assert.equal(imported.code, 0, imported.stderr);
      assert.deepEqual(await rows(dir, 'select name from people order by id'), [['Ann'], ['Bert'], ['Cid']]);
    }
    assert.equal(existsSync(join(dir, 'warehouse.duckdb')), false);
  }
});

test('of two warehouses none is touched', async () => {
  const dir = join(folder, 'both');
  await mkdir(dir);
  assert.equal((await run(dir, 'import', 'people.csv')).code, 0);
  await writeFile(join(dir, 'warehouse.duckdb'), 'whatever it is');
  const { stderr } = await headgate(['query', 'select count(*) from people'], { cwd: folder, stateDir: dir });
  assert.match(stderr, /earlier warehouse/);
  assert.equal(existsSync(join(dir, 'warehouse.duckdb')), true);
});
