/** Addresses that events and users are posted on to. */
import { insertedRow, type Db } from './db.ts';

export interface ForwarderRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Names of the user's headers; their values are among the sealed secrets. */
  readonly headers: readonly string[];
  /** Most batches of one request. */
  readonly batch: number;
  readonly state: 'active' | 'paused';
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = 'id, name, url, headers, batch, state, version, created_at, updated_at';

type Wish = Pick<ForwarderRow, 'id' | 'name' | 'url' | 'headers' | 'batch'>;

export async function insertForwarder(db: Db, workspace: number, { id, name, url, headers, batch }: Wish): Promise<ForwarderRow> {
  return insertedRow(
    await db.query<ForwarderRow>(
      `insert into headgate.forwarders (workspace_id, id, name, url, headers, batch, state) values ($1, $2, $3, $4, $5, $6, 'active')
       returning ${columns}`,
      [workspace, id, name, url, headers, batch],
    ),
  );
}

export async function findForwarder(db: Db, workspace: number, id: string): Promise<ForwarderRow | undefined> {
  const [row] = await db.query<ForwarderRow>(`select ${columns} from headgate.forwarders where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

/** The newest first. */
export async function listForwarders(db: Db, workspace: number, limit: number, after?: string): Promise<readonly ForwarderRow[]> {
  return await db.query<ForwarderRow>(
    `select ${columns} from headgate.forwarders where workspace_id = $1 and ($3::text is null or id < $3) order by id desc limit $2`,
    [workspace, limit, after ?? null],
  );
}

/** Undefined where somebody else has changed it since it was read. */
export async function updateForwarder(
  db: Db,
  workspace: number,
  { id, name, url, headers, batch, state, version }: Omit<ForwarderRow, 'created_at' | 'updated_at'>,
): Promise<ForwarderRow | undefined> {
  const [row] = await db.query<ForwarderRow>(
    `update headgate.forwarders set name = $4, url = $5, headers = $6, batch = $7, state = $8, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and version = $3 returning ${columns}`,
    [workspace, id, version, name, url, headers, batch, state],
  );
  return row;
}

/** The pipelines that name it. */
export async function forwardedBy(db: Db, workspace: number, id: string): Promise<readonly string[]> {
  const rows = await db.query<{ pipeline_id: string }>(
    'select pipeline_id from headgate.forwards where workspace_id = $1 and forwarder_id = $2 order by pipeline_id',
    [workspace, id],
  );
  return rows.map(({ pipeline_id }) => pipeline_id);
}

export async function deleteForwarder(db: Db, workspace: number, id: string): Promise<void> {
  await db.query('delete from headgate.forwarders where workspace_id = $1 and id = $2', [workspace, id]);
}
