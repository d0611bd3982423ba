/** Something to look at after the very first start: a file of contacts, imported by a pipeline like any other. */
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../domain/ids.ts';
import { flowSpecs } from '../domain/pipeline.ts';
import type { Json } from '../domain/json.ts';
import { findConnection, insertConnection } from '../store/connections.ts';
import { insertPipeline } from '../store/pipelines.ts';
import { insertRun } from '../store/runs.ts';
import { inDataDir } from './connections/places.ts';
import type { Ports } from './operation.ts';
import { warehouseSlug } from './warehouse/warehouse.ts';

/** `file` is copied into the data directory, so that the pipeline can run again wherever the program went. */
export async function createSample({ db, dataDir, wake }: Ports, workspace: number, file: string): Promise<void> {
  const place = `files/${workspace}/contacts.csv`;
  await mkdir(dirname(join(dataDir, place)), { recursive: true });
  await copyFile(file, join(dataDir, place));
  await db.tx(async (tx) => {
    const warehouse = await findConnection(tx, workspace, warehouseSlug);
    if (!warehouse) return;
    const source = await insertConnection(tx, workspace, {
      id: newId('connection'),
      slug: 'sample-contacts',
      name: 'Sample contacts',
      connector: 'file',
      settings: { path: inDataDir(place), format: 'csv' },
    });
    const pipeline = await insertPipeline(tx, workspace, {
      id: newId('pipeline'),
      slug: 'sample',
      name: 'Sample: contacts into the warehouse',
      state: 'active',
      source_id: source.id,
      destination_id: warehouse.id,
      flows: flowSpecs.parse([{ stream: 'contacts', write: 'replace' }]) as Json, // checked by its schema: nothing but JSON
      schedule: { kind: 'manual' },
      next_due_at: null,
    });
    const run = await insertRun(tx, workspace, newId('run'), pipeline.id, 'manual');
    await wake(tx, run.id);
  });
}
