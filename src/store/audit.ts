/** Who did what, and who tried to. Rows are written once, told their outcome once, and never changed again. */
import type { Db } from './db.ts';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  /** Id of the key. */
  readonly actor: string;
  readonly principal_id: string | null;
  readonly operation: string;
  readonly object_id: string | null;
  /** `done`, or the code of the error; null = the process died at it, or is at work. */
  readonly outcome: string | null;
  readonly ip: string | null;
  readonly request_id: string | null;
  /** Digests of the object's row before and after. */
  readonly old_hash: string | null;
  readonly new_hash: string | null;
}

export type NewAudit = Omit<AuditRow, 'at' | 'outcome' | 'old_hash' | 'new_hash'> & {
  /** Null = about no workspace of theirs. */
  readonly workspace: number | null;
  readonly outcome?: string;
};

export async function insertAudit(db: Db, row: NewAudit): Promise<void> {
  await db.query(
    `insert into headgate.audit_log (id, workspace_id, actor, operation, object_id, outcome, ip, request_id, principal_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.id,
      row.workspace,
      row.actor,
      row.operation,
      row.object_id,
      row.outcome ?? null,
      row.ip,
      row.request_id,
      row.principal_id,
    ],
  );
}

interface AuditEnd {
  /** In place of what the request named. */
  readonly object?: string | null;
  readonly before?: string | null;
  readonly after?: string | null;
}

export async function endAudit(db: Db, id: string, outcome: string, { object, before, after }: AuditEnd = {}): Promise<void> {
  await db.query(
    `update headgate.audit_log set outcome = $2, object_id = coalesce($3, object_id), old_hash = $4, new_hash = $5 where id = $1`,
    [id, outcome, object ?? null, before ?? null, after ?? null],
  );
}

/** The newest first. */
export async function listAudit(db: Db, workspace: number, limit: number, after?: string): Promise<readonly AuditRow[]> {
  return await db.query<AuditRow>(
    `select id, at, actor, principal_id, operation, object_id, outcome, ip, request_id, old_hash, new_hash from headgate.audit_log
     where workspace_id = $1 and ($2::text is null or id < $2) order by id desc limit $3`,
    [workspace, after ?? null, limit],
  );
}
