/** What has happened, and who is to hear of it: both are written in the transaction in which it happens. */
import { newId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { EventKind } from '../domain/notification.ts';
import type { Db } from './db.ts';

export interface EventRow {
  readonly id: string;
  readonly kind: EventKind;
  readonly at: Date;
  readonly pipeline_id: string | null;
  readonly run_id: string | null;
  /** `{"type", "timestamp", "data"}` as JSON text: every receiver gets these bytes, every time. */
  readonly body: string;
}

export interface Happened {
  readonly workspace: number;
  readonly kind: EventKind;
  readonly pipeline?: string | undefined;
  readonly run?: string | undefined;
  /** No row values and no secrets: it leaves the house. */
  readonly data: { readonly [name: string]: Json };
  /** What it is about, for subscriptions that want only some. */
  readonly topics?: readonly string[];
  /** Only this subscription; absent = all that want it. */
  readonly only?: string;
}

const columns = 'id, kind, at, pipeline_id, run_id, body';

/** Resolves to the event's id. Takes the digests of its subscriptions, in order, so that two never wait for each other. */
export async function happen(
  tx: Db,
  { workspace, kind, pipeline, run, data, topics = [], only }: Happened,
  now: Date,
): Promise<string> {
  const id = newId('event');
  const body = JSON.stringify({ type: kind, timestamp: now.toISOString(), data });
  await tx.query(
    `insert into headgate.events (workspace_id, id, kind, at, pipeline_id, run_id, body) values ($1, $2, $3, $4, $5, $6, $7)`,
    [workspace, id, kind, now, pipeline, run, body],
  );
  const wanting = await tx.query<{ id: string; digest_seconds: number }>(
    `select id, digest_seconds from headgate.subscriptions
     where workspace_id = $1 and state = 'active' and ($4::text is null or id = $4) and ($4 is not null or $2 not in ('webhook.test', 'mail.asked'))
       and (kinds = '{}' or $2 = any(kinds) or $4 is not null)
       and (pipelines = '{}' or $3::text is null or $3 = any(pipelines)) and (topics = '{}' or topics && $5::text[])
       and (stall_minutes is null or $4 is not null)
     order by id for key share`,
    [workspace, kind, pipeline, only, topics],
  );
  for (const { id: subscription, digest_seconds } of wanting) {
    await tx.query(
      `insert into headgate.deliveries (workspace_id, id, subscription_id, events, state, collecting, due_at, created_at)
       values ($1, $2, $3, $4, 'waiting', $5, $6, $7)
       on conflict (subscription_id) where collecting do update set events = deliveries.events || excluded.events`,
      [
        workspace,
        newId('delivery'),
        subscription,
        [id],
        digest_seconds > 0,
        new Date(now.getTime() + digest_seconds * 1000),
        now,
      ],
    );
  }
  return id;
}

/** In the order in which they happened. */
export async function findEvents(db: Db, workspace: number, ids: readonly string[]): Promise<readonly EventRow[]> {
  return await db.query<EventRow>(`select ${columns} from headgate.events where workspace_id = $1 and id = any($2) order by id`, [
    workspace,
    ids,
  ]);
}

export interface EventFilter {
  readonly kind?: string | undefined;
  readonly pipeline?: string | undefined;
}

/** The newest first. */
export async function listEvents(
  db: Db,
  workspace: number,
  { kind, pipeline }: EventFilter,
  limit: number,
  after?: string,
): Promise<readonly EventRow[]> {
  return await db.query<EventRow>(
    `select ${columns} from headgate.events where workspace_id = $1 and ($2::text is null or kind = $2)
       and ($3::text is null or pipeline_id = $3) and ($4::text is null or id < $4) order by id desc limit $5`,
    [workspace, kind ?? null, pipeline ?? null, after ?? null, limit],
  );
}
