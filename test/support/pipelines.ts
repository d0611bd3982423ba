/** Pipelines as rows, for tests whose runs do nothing that the engine would have to do. */
import { newId } from '../../src/domain/ids.ts';
import type { Json } from '../../src/domain/json.ts';
import type { Db } from '../../src/store/db.ts';
import { insertConnection } from '../../src/store/connections.ts';
import { insertPipeline, type NewPipeline } from '../../src/store/pipelines.ts';

export async function addConnection(db: Db, workspace = 1): Promise<string> {
  const id = newId('connection');
  await insertConnection(db, workspace, { id, slug: id.replace('_', '-'), name: 'c', connector: 'file', settings: {} });
  return id;
}

/** Active, with connections of its own where none is named. */
export async function addPipeline(
  db: Db,
  more: Partial<Omit<NewPipeline, 'schedule'>> & { readonly schedule?: object; readonly workspace?: number } = {},
): Promise<string> {
  const id = newId('pipeline');
  const { workspace = 1, schedule = { kind: 'manual' }, ...rest } = more;
  const connection = more.source_id ?? (await addConnection(db, workspace));
  await insertPipeline(db, workspace, {
    id,
    slug: id.replace('_', '-'),
    name: 'p',
    state: 'active',
    source_id: connection,
    destination_id: connection,
    flows: [],
    next_due_at: null,
    ...rest,
    // Plain data.
    schedule: schedule as Json,
  });
  return id;
}
