/** Imports of a vocabulary that have come to their end: their rows are there, and where they go besides. */
import type { Db } from './db.ts';
import type { ExternalPlace } from './external-objects.ts';
import { readableBy } from './grants.ts';

export interface EndedPage {
  readonly limit: number;
  readonly offset: number;
  /** Only those whose file this principal may see. */
  readonly reader?: string | undefined;
}

export interface EndedImports {
  /** Of all of them. */
  readonly total: number;
  /** Of the page: their files, the newest first. */
  readonly files: readonly string[];
}

/**
 * Objects of that kind whose data name the run that has looked at their file (`run`), and the one that takes the rows where they go
 * besides (`delivery`); their review is called as they are. A run that leaves its file to a person has made none; runs that are gone have
 * nothing to say.
 */
export async function endedImports(
  db: Db,
  { dialect, workspace }: ExternalPlace,
  kind: string,
  { limit, offset, reader }: EndedPage,
): Promise<EndedImports> {
  const [found] = await db.query<EndedImports>(
    `with ended as (
       select e.object_id, e.seq from headgate.external_objects e
       left join headgate.runs looked on looked.workspace_id = $1 and looked.id = e.data ->> 'run'
       left join headgate.reviews v on v.workspace_id = $1 and v.id = e.external_id and v.finished_at is not null and v.file_id is not null
       left join headgate.runs delivered on delivered.workspace_id = $1 and delivered.id = e.data ->> 'delivery' and v.id is not null
       where e.workspace_id = $1 and e.dialect = $2 and e.kind = $3 and e.data ->> 'run' is not null
         and coalesce(looked.state, 'succeeded') = 'succeeded' and coalesce(delivered.state, 'succeeded') = 'succeeded'
         and (v.id is not null or exists (select from headgate.run_outputs o where o.run_id = looked.id and o.file_id is not null))
         and ${readableBy('$6', 'e.object_id')})
     select (select count(*)::int from ended) as total,
       array(select object_id from ended order by seq desc limit $4 offset $5) as files`,
    [workspace, dialect, kind, limit, offset, reader ?? null],
  );
  return found ?? { total: 0, files: [] };
}
