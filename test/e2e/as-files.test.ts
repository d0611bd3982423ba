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
