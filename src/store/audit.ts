/** Who did what, and who tried to. Rows are written once, told their outcome once, and never changed again. */
import type { Db } from './db.ts';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  /** Id of the key. */
  readonly actor: string;
  readonly operation: string;
  readonly object_id: string | null;
  /** `done`, or the code of the error; null = the process died at it, or is at work. */
  readonly outcome: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
}

export type NewAudit = Omit<AuditRow, 'at' | 'outcome'> & {
  /** Null = about no workspace of theirs. */
  readonly workspace: number | null;
  readonly outcome?: string;
};

export async function insertAudit(db: Db, row: NewAudit): Promise<void> {
  await db.query(
    `insert into headgate.audit_log (id, workspace_id, actor, operation, object_id, outcome, ip, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.id, row.workspace, row.actor, row.operation, row.object_id, row.outcome ?? null, row.ip, row.request_id],
  );
}

export async function endAudit(db: Db, id: string, outcome: string, object: string | null): Promise<void> {
  await db.query('update headgate.audit_log set outcome = $2, object_id = coalesce($3, object_id) where id = $1', [
    id,
    outcome,
    object,
  ]);
}

/** The newest first. */
export async function listAudit(db: Db, workspace: number, limit: number, after?: string): Promise<readonly AuditRow[]> {
  return await db.query<AuditRow>(
    `select id, at, actor, operation, object_id, outcome, ip, request_id from headgate.audit_log
     where workspace_id = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
    [workspace, after ?? null, limit],
  );
}
