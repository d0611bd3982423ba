/** After DELETE nothing of an import is left: no row, no byte, whatever was at work. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../../domain/error.ts';
import { sweepObjects } from '../../../jobs/sweeper.ts';
import type { RunEnd } from '../../../store/leases.ts';
import { open, type Around, type Fields } from './harness.ts';
import { blocking, inReview } from './review-harness.ts';

const carried: Around = async (_run, carry) => await carry();
let around: Around = carried;
const bench = await open(0, {}, async (run, carry) => await around(run, carry));
after(async () => await bench.close());

const marker = 'Marker text of somebody';
const fields = [{ label: 'Name', key: 'name' }];
const csv = `name\n${marker}\n`;

/** What files are there, and which bytes, once those have gone that may go. */
async function left(): Promise<unknown> {
  const { db, storage, dataDir } = bench.state.ports;
  while ((await sweepObjects(bench.state.db, storage, new Date())) > 0);
  const files = await db.query("select name from headgate.files where state <> 'deleted'");
  const tables = ['runs', 'pipelines', 'run_outputs', 'reviews', 'review_edits', 'external_objects', 'stored_objects'];
  const rows = await Promise.all(tables.map(async (name) => await db.query(`select '${name}' as left from headgate.${name}`)));
  const names = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const held = [];
  // What has gone into a table is its owner's.
  for (const entry of names.filter((one) => one.isFile() && !one.name.startsWith('warehouse.db'))) {
    const path = join(entry.parentPath, entry.name);
    if ((await readFile(path, 'latin1').catch(() => '')).includes(marker)) held.push(path);
  }
  return [...files, ...rows.flat(), ...held];
}

async function started(more: object = {}): Promise<string> {
  const { body } = await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'in.csv', ...more });
  const { id, upload } = body as Fields; // an object
  assert.equal((await fetch(String(upload), { method: 'PUT', body: csv })).status, 200);
  return String(id);
}

async function removed(id: string): Promise<void> {
  const path = `/api/v1/headless/imports/${id}/`;
  const { status, body } = await bench.ask('DELETE', path);
  assert.equal(status, 204, JSON.stringify(body));
  assert.equal((await bench.ask('GET', path)).status, 404);
  assert.equal((await bench.ask('DELETE', path)).status, 404);
}

/** Waits until a run of that kind is at work, and lets it go on when it is asked. */
function held(kind: 'assess' | 'deliver', before: boolean): { readonly begun: Promise<unknown>; go(): void } {
  const [begun, free] = [Promise.withResolvers<unknown>(), Promise.withResolvers<undefined>()];
  around = async (run, carry): Promise<RunEnd> => {
    if (run.task?.kind !== kind) return await carry();
    const end = before ? undefined : await carry();
    begun.resolve(undefined);
    await free.promise;
    return end ?? (await carry());
  };
  return { begun: begun.promise, go: () => free.resolve(undefined) };
}

for (const before of [true, false])
  test(`a run at work ends first, held ${before ? 'before its work' : 'behind it'}`, async () => {
    const { begun, go } = held('assess', before);
    const id = await started();
    await begun;
    setTimeout(go, 300);
    await removed(id);
    around = carried;
    assert.deepEqual(await left(), []);
  });

test('one that does not end in time is gone for everybody, and leaves nothing when it ends', async () => {
  const { begun, go } = held('assess', true);
  const id = await started();
  await begun;
  await removed(id);
  around = carried;
  go();
  await wait(500);
  assert.deepEqual(await left(), []);
});

test('deleted at any moment of its work', async () => {
  for (let at = 0; at < 24; at += 1) {
    const id = await started({ destination: { connection: 'warehouse', table: 'people' } });
    await wait(at * 12);
    await removed(id);
  }
  assert.deepEqual(await left(), []);
});

test('of a finished import: by the other address, too', async () => {
  const done = await bench.imported({ fields }, csv);
  assert.equal((await bench.ask('POST', `/api/v1/upload/${String(done['id'])}/delete/`)).status, 200);
  assert.deepEqual(await left(), []);
});

const destination = { connection: 'warehouse', table: 'reviewed' };

async function finished(): Promise<string> {
  const text = `Name,Mail\n${marker},\n,x\n`;
  const settings = { ...blocking, invalidDataBehavior: 'BLOCK_SUBMIT' };
  const { id, visitor } = await inReview(bench, text, { settings, destination });
  const cells = [
    { row: 1, column: 'c0', text: 'A' },
    { row: 1, column: 'c1', text: '' },
  ];
  await visitor.edit({ kind: 'cells', cells });
  assert.equal((await visitor.ask('POST', '/finish', { version: 1 })).status, 200);
  return id;
}

test('a reviewed import whose destination failed', async () => {
  around = async (run, carry) => {
    if (run.task?.kind === 'deliver') throw new HeadgateError('usage.mode', 'the destination takes no rows');
    return await carry();
  };
  const id = await finished();
  assert.equal((await bench.settled(id))['status'], 'FAILED');
  around = carried;
  await removed(id);
  assert.deepEqual(await left(), []);
});

test('a reviewed import on its way into its destination', async () => {
  const { begun, go } = held('deliver', true);
  const id = await finished();
  await begun;
  setTimeout(go, 300);
  await removed(id);
  around = carried;
  assert.deepEqual(await left(), []);
});

test('an import whose destination failed at once', async () => {
  const id = await started({ destination: { connection: 'warehouse', table: 'x', write: 'merge', key: ['nowhere'] } });
  assert.equal((await bench.settled(id))['status'], 'FAILED');
  await removed(id);
  assert.deepEqual(await left(), []);
});
