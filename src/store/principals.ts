/** Users and service accounts: who asks, whatever key they do it with. */
import { insertedRow, type Db } from './db.ts';

export interface PrincipalRow {
  readonly id: string;
  readonly kind: 'user' | 'service';
  readonly name: string;
  readonly email: string | null;
  readonly created_at: Date;
  /** Its keys are refused from here on. */
  readonly disabled_at: Date | null;
}

/** The server itself, which has every right in every workspace: the principal of its admin keys. */
export const serverPrincipal = 'pri_server';

const columns = 'id, kind, name, email, created_at, disabled_at';

/** Throws `state.conflict` where the address is taken. */
export async function insertPrincipal(
  db: Db,
  workspace: number,
  { id, kind, name, email }: Pick<PrincipalRow, 'id' | 'kind' | 'name' | 'email'>,
): Promise<PrincipalRow> {
  return insertedRow(
    await db.query<PrincipalRow>(
      `insert into headgate.principals (workspace_id, id, kind, name, email) values ($1, $2, $3, $4, $5) returning ${columns}`,
      [workspace, id, kind, name, email],
    ),
  );
}

export async function findPrincipal(db: Db, workspace: number, id: string): Promise<PrincipalRow | undefined> {
  const [row] = await db.query<PrincipalRow>(`select ${columns} from headgate.principals where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ]);
  return row;
}

/** The newest first. */
export async function listPrincipals(db: Db, workspace: number, limit: number, after?: string): Promise<readonly PrincipalRow[]> {
  return await db.query<PrincipalRow>(
    `select ${columns} from headgate.principals
     where workspace_id = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
    [workspace, after ?? null, limit],
  );
}

/** `disabled`: since when its keys are refused stays as it was, where it is already. */
export async function updatePrincipal(
  db: Db,
  workspace: number,
  { id, name, email, disabled }: Pick<PrincipalRow, 'id' | 'name' | 'email'> & { readonly disabled: boolean },
): Promise<PrincipalRow | undefined> {
  const [row] = await db.query<PrincipalRow>(
    `update headgate.principals set name = $3, email = $4, disabled_at = case when $5 then coalesce(disabled_at, now()) end
     where workspace_id = $1 and id = $2 returning ${columns}`,
    [workspace, id, name, email, disabled],
  );
  return row;
}
