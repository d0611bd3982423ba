/** Profiles by a pipeline of a server: stored, run into the warehouse, asked, killed, taken back. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adminKey, startService, untilRun, type Service } from '../support/service.ts';

const ended = ['succeeded', 'failed', 'cancelled'];

async function runPeople(service: Service): Promise<Readonly<Record<string, unknown>>> {
  const { id } = await service.api('POST', '/pipelines/people/trigger');
  return await untilRun(service, String(id), ended);
}

test('a pipeline makes profiles in the warehouse, and they go with its data', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'headgate-profiles-'));
  const data = join(folder, 'data');
  let service = await startService(data);
  t.after(async () => {
    await service[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  const people = async (): Promise<unknown> =>
    (await service.api('POST', '/warehouse/query', { sql: 'select properties from headgate.profiles order by updated_at, id' }))[
      'rows'
    ];
  await mkdir(join(data, 'files', '1'), { recursive: true });
  const csv = join(data, 'files', '1', 'people.csv');
  await writeFile(csv, 'email,plan\na@x,Pro\n,Free\n,Lite\n');
  await service.api('POST', '/connections', {
    name: 'p',
    slug: 'p',
    connector: 'file',
    settings: { path: 'people.csv', format: 'csv' },
  });
  const derive = { into: 'profiles', identities: [{ field: 'email', type: 'email' }] };
  const flows = [{ stream: 'people', write: 'replace', nulls: 'keep', derive }];
  await service.api('POST', '/pipelines', { name: 'people', slug: 'people', source: 'p', destination: 'warehouse', flows });
  const first = await runPeople(service);
  assert.deepEqual(
    [first['state'], first['outcome'], first['rows_read'], first['rows_written']],
    ['succeeded', 'with_rejects', 3, 1],
  );
  const [receipt] = first['receipts'] as readonly { readonly derived?: { readonly added: number; readonly rejects: object } }[]; // as the API describes it
  assert.deepEqual(receipt?.derived?.rejects, { 'identity.missing': 2, 'attributes.limit': 0, 'time.invalid': 0 });
  assert.deepEqual(await people(), [['{"plan":"Pro"}']]);
  const { data: rejects } = await service.api('GET', `/runs/${String(first['id'])}/rejects`);
  const refused = (rejects as readonly Readonly<Record<string, unknown>>[]).map(({ table, field, code, record }) => [
    table,
    field,
    code,
    record,
  ]);
  assert.deepEqual(
    refused,
    ['Free', 'Lite'].map((plan) => ['people', 'email', 'identity.missing', { email: null, plan }]),
  );
  const rows = await fetch(`${service.url}/v1/workspaces/1/runs/${String(first['id'])}/rejects.csv?form=rows`, {
    headers: { authorization: `Bearer ${adminKey}` },
  });
  assert.equal(await rows.text(), 'email,plan\n,Free\n,Lite\n');

  await service.kill();
  service = await startService(data);
  await writeFile(csv, 'email,plan\na@x,Max\n');
  assert.equal((await runPeople(service))['state'], 'succeeded');
  assert.deepEqual(await people(), [['{"plan":"Max"}']]);

  await service.api('DELETE', '/pipelines/people?data=drop');
  assert.deepEqual(await people(), [['{}']]);
  const left = await service.api('POST', '/warehouse/query', { sql: 'select count(*) from headgate.identities' });
  assert.deepEqual(left['rows'], [['0']]);
});
