/** Refused rows and the way back, by the commands that people use, over a server that is killed in between. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { headgate, type RunResult } from '../support/run.ts';
import { adminKey, startService, untilRun, type Service } from '../support/service.ts';

let folder: string;
let service: Service;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-rejects-'));
  service = await startService(join(folder, 'data'));
});
after(async () => {
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const command = async (...args: string[]): Promise<RunResult> =>
  await headgate([...args, '--data-dir', join(folder, 'data')], { cwd: folder, env: { HEADGATE_KEY: adminKey } });
const rows = async (): Promise<unknown> =>
  (await service.api('POST', '/warehouse/query', { sql: 'select id, born from people order by id' }))['rows'];
const ended = ['succeeded', 'failed', 'cancelled'];

async function trigger(csv: string): Promise<string> {
  await mkdir(join(folder, 'data', 'files', '1'), { recursive: true });
  await writeFile(join(folder, 'data', 'files', '1', 'people.csv'), csv);
  const { id } = await service.api('POST', '/pipelines/people/trigger');
  await untilRun(service, String(id), ended);
  return String(id);
}

test('bad rows are written down, corrected in a file, and brought in; a kill in between doubles nothing', async () => {
  const settings = { path: 'people.csv', format: 'csv' };
  await service.api('POST', '/connections', { name: 'people', slug: 'people', connector: 'file', settings });
  const flows = [{ stream: 'people', write: 'append', max_rejects: '50%', undo: 2, cast: { id: 'integer', born: 'date' } }];
  await service.api('POST', '/pipelines', { name: 'people', slug: 'people', source: 'people', destination: 'warehouse', flows });
  const run = await trigger('id,born\n1,1990-01-01\n2,1991-02-30\n3,1992-03-03\n');
  const told = await command('runs', 'rejects', run, '--json');
  assert.equal(told.code, 0, told.stderr);
  assert.deepEqual(
    told.json.map(({ row, field, value }) => [row, field, value]),
    [[2, 'born', '1991-02-30']],
  );
  assert.equal((await command('runs', 'rejects', run, 'bad.csv')).code, 0);
  const bad = await readFile(join(folder, 'bad.csv'), 'utf8');
  assert.equal(bad, 'id,born\n2,1991-02-30\n');
  const replay = await service.api('POST', `/runs/${run}/replay`, { csv: bad.replace('02-30', '02-28') });
  await service.kill();
  service = await startService(join(folder, 'data'));
  assert.equal((await untilRun(service, String(replay['id']), ended))['state'], 'succeeded');
  assert.deepEqual(await rows(), [
    ['1', '1990-01-01'],
    ['2', '1991-02-28'],
    ['3', '1992-03-03'],
  ]);
  await writeFile(join(folder, 'more.ndjson'), '{"id": 4, "born": "1993-04-04"}\n');
  const more = await command('runs', 'replay', run, 'more.ndjson');
  assert.equal(more.code, 0, more.stderr);
  assert.equal((await command('runs', 'replay', run)).code, 2);
});

test('a run is undone, and its table is what it was, whatever happens to the server meanwhile', async () => {
  const before = await rows();
  const run = await trigger('id,born\n8,1998-08-08\n9,1999-09-09\n');
  assert.notDeepEqual(await rows(), before);
  const undo = await service.api('POST', `/runs/${run}/undo`);
  await service.kill();
  service = await startService(join(folder, 'data'));
  assert.equal((await untilRun(service, String(undo['id']), ended))['state'], 'succeeded');
  assert.deepEqual(await rows(), before);
  const twice = await command('runs', 'undo', run);
  assert.equal(twice.code, 1);
  assert.match(twice.stdout + twice.stderr, /undoing|failed/);
  const plan = await service.api('POST', '/pipelines/people/plan');
  assert.equal((plan['flows'] as readonly { readonly plan: { readonly lane: string } }[])[0]?.plan.lane, 'staged');
});
