/** What the connections of a run can bear. */
import type { Json } from '../domain/json.ts';
import type { Db } from './db.ts';

/** `ConnectionPolicy` of source and destination, one where both are the same. */
export async function policiesOfRun(db: Db, run: string): Promise<readonly Json[]> {
  const rows = await db.query<{ policy: Json }>(
    `select c.policy from headgate.runs r join headgate.pipelines p on p.id = r.pipeline_id
     join headgate.connections c on c.workspace_id = r.workspace_id and c.id in (p.source_id, p.destination_id) where r.id = $1`,
    [run],
  );
  return rows.map(({ policy }) => policy);
}

/** A run that nobody works on waits until then. */
export async function postponeRun(db: Db, run: string, until: Date): Promise<boolean> {
  const rows = await db.query(
    `update headgate.runs set retry_at = $2 where id = $1 and state in ('queued', 'retrying')
       and (lease_until is null or lease_until < now()) and retry_at is distinct from $2 returning id`,
    [run, until],
  );
  return rows.length > 0;
}
