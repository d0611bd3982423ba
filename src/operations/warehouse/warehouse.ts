/** The warehouse of a workspace: a file of its own in the data directory, there before anything is configured. */
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { registry } from '../../connectors/registry.ts';
import { newId } from '../../domain/ids.ts';
import type { Context, Duck } from '../../sdk/index.ts';
import { findConnection, insertConnection } from '../../store/connections.ts';
import type { Db } from '../../store/db.ts';
import { readKeeper } from '../../store/workspaces.ts';
import { inDataDir } from '../connections/places.ts';
import { silent } from '../log.ts';
import type { OpContext, Ports } from '../operation.ts';
import { warehouseFile } from '../../warehouse/place.ts';
import { enterRoom } from '../room.ts';

export const warehouseSlug = 'warehouse';

export function warehousePath({ dataDir }: Pick<Ports, 'dataDir'>, workspace: number): string {
  return join(dataDir, warehouseFile(workspace));
}

/** Its connection, so that pipelines can write into it. Does nothing where it is there. */
export async function ensureWarehouse(db: Db, workspace: number): Promise<void> {
  const embedded = registry.find(({ warehouse }) => warehouse);
  if (!embedded?.warehouse || (await findConnection(db, workspace, warehouseSlug))) return;
  const row = { name: 'Warehouse', slug: warehouseSlug, connector: embedded.name };
  await insertConnection(db, workspace, {
    ...row,
    id: newId('connection'),
    settings: embedded.warehouse(inDataDir(warehouseFile(workspace))),
  });
}

/** The id or slug of the connection that keeps what dialects derive: the one that the workspace names, else its own. */
export async function keeperOf({ db, workspace }: Pick<OpContext, 'db' | 'workspace'>): Promise<string> {
  return (await readKeeper(db, workspace)) ?? warehouseSlug;
}

/** Opens it for one question. Both are to be disposed. */
export async function openWarehouse(context: OpContext): Promise<{ readonly duck: Duck } & AsyncDisposable> {
  const path = warehousePath(context, context.workspace);
  await mkdir(dirname(path), { recursive: true });
  await using parts = new AsyncDisposableStack();
  const scratch: Context & AsyncDisposable = parts.use(await enterRoom(context, silent));
  const duck = parts.use(await scratch.duck({ path }));
  const open = parts.move();
  return { duck, [Symbol.asyncDispose]: async () => await open.disposeAsync() };
}

/** A file that nothing was ever written to is there all the same: whoever asks it finds it empty. */
export async function readyWarehouse(ports: Pick<Ports, 'dataDir'>, workspace: number, context: Context): Promise<void> {
  const path = warehousePath(ports, workspace);
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return;
  await mkdir(dirname(path), { recursive: true });
  await using made = await context.duck({ path });
  await made.run('select 1');
}

/** Tables and views that people made, or that runs made for them. */
export const userTables =
  'select table_schema, table_name, table_type from information_schema.tables where table_catalog = current_database() ' +
  "and table_schema not in ('_headgate', 'information_schema', 'pg_catalog') order by all";
