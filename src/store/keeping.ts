/** What the state no longer needs. Removed in portions, so that nobody waits long for a lock. */
import type { Db } from './db.ts';
import { savedAfter } from './review-sessions.ts';

const portion = 5000;

/** $1 = the moment before which a thing is old, $2 = how many go at once. */
const statements = {
  // How a pipeline fared last stays, however long ago that was, and what came of an import. Rejects and replays of the others go with them.
  runs: `delete from headgate.runs where id in (
    select r.id from headgate.runs r where r.finished_at < $1 and (r.task is null or r.task ->> 'kind' not in ('assess', 'deliver'))
      and exists (select from headgate.runs n where n.pipeline_id = r.pipeline_id and n.id > r.id) limit $2) returning id`,
  run_logs: `delete from headgate.run_logs where (run_id, seq) in (
    select l.run_id, l.seq from headgate.run_logs l join headgate.runs r on r.id = l.run_id where r.finished_at < $1 limit $2) returning seq`,
  rejects: `delete from headgate.rejects where (run_id, seq) in (
    select run_id, seq from headgate.rejects where at < $1 limit $2) returning seq`,
  // Whose bytes have gone, with whatever was left of attempts to send them.
  files: `delete from headgate.files where id in (
    select f.id from headgate.files f where f.state in ('expired', 'deleted')
      and case when f.state = 'deleted' then f.created_at when f.ready_at is null then f.pending_until else f.expires_at end < $1
      and not exists (select from headgate.stored_objects o where o.file_id = f.id) limit $2) returning id`,
  deliveries: `delete from headgate.deliveries where id in (
    select id from headgate.deliveries where created_at < $1 and state <> 'waiting' limit $2) returning id`,
  events: `delete from headgate.events where id in (select id from headgate.events where at < $1 limit $2) returning id`,
  idempotency: `delete from headgate.idempotency where (scope, key) in (
    select scope, key from headgate.idempotency where created_at < $1 limit $2) returning key`,
  review_sessions: `delete from headgate.review_sessions where (workspace_id, id) in (
    select workspace_id, id from headgate.review_sessions s where not ${savedAfter('$1')} limit $2) returning id`,
  audit: `delete from headgate.audit_log where id in (select id from headgate.audit_log where at < $1 limit $2) returning id`,
} as const;

export type KeptRows = keyof typeof statements;

/** Resolves to how many went. */
export async function removeOld(db: Db, kind: KeptRows, before: Date): Promise<number> {
  for (let all = 0; ;) {
    const gone = await db.tx(async (tx) => {
      if (kind === 'audit') await tx.query("select set_config('headgate.keeping', 'audit', true)");
      return (await tx.query(statements[kind], [before, portion])).length;
    });
    all += gone;
    if (gone < portion) return all;
  }
}

export async function saveKept(db: Db, place: string, bytes: ReadonlyMap<string, number>): Promise<void> {
  for (const [kind, count] of bytes) {
    await db.query(
      `insert into headgate.kept (place, kind, bytes) values ($1, $2, $3)
       on conflict (place, kind) do update set bytes = $3, measured_at = now()`,
      [place, kind, count],
    );
  }
}

/** Is the budget passed since this look? Says so once, until it was not passed for a look. */
export async function markPassed(tx: Db, place: string, passed: boolean): Promise<boolean> {
  const rows = await tx.query(
    `update headgate.kept set passed_at = case when $2 then now() end
     where place = $1 and kind = 'budget' and (passed_at is not null) <> $2 returning kind`,
    [place, passed],
  );
  return passed && rows.length > 0;
}
