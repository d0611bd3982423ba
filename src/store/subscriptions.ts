/** Who wants to hear of events, and how. */
import { insertedRow, type Db } from './db.ts';

export type Channel = 'webhook' | 'email';

export interface SubscriptionRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly channel: Channel;
  readonly name: string;
  /** One address of a webhook, or the addresses of people. */
  readonly target: readonly string[];
  /** Empty = all. */
  readonly kinds: readonly string[];
  readonly pipelines: readonly string[];
  readonly digest_seconds: number;
  /** Whose words its deliveries are in; null = ours. */
  readonly stall_minutes: number | null;
  readonly state: 'active' | 'paused' | 'disabled';
  readonly failures: number;
  readonly failing_since: Date | null;
  /** In which vocabulary's words it is told; null = ours. */
  readonly form: string | null;
  /** Of events with topics, those that have one of these; empty = all. */
  readonly topics: readonly string[];
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const columns = `id, workspace_id, channel, name, target, kinds, pipelines, digest_seconds, form, topics, stall_minutes, state, failures,
  failing_since, version, created_at, updated_at`;

type Wish = Pick<SubscriptionRow, 'name' | 'target' | 'kinds' | 'pipelines' | 'digest_seconds'>;

export async function insertSubscription(
  db: Db,
  workspace: number,
  row: Wish & Pick<SubscriptionRow, 'id' | 'channel'> & Partial<Pick<SubscriptionRow, 'form' | 'topics' | 'stall_minutes'>>,
): Promise<SubscriptionRow> {
  const rows = await db.query<SubscriptionRow>(
    `insert into headgate.subscriptions (workspace_id, id, channel, name, target, kinds, pipelines, digest_seconds, form, topics,
       stall_minutes, state)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active') returning ${columns}`,
    [
      workspace,
      row.id,
      row.channel,
      row.name,
      row.target,
      row.kinds,
      row.pipelines,
      row.digest_seconds,
      row.form ?? null,
      row.topics ?? [],
      row.stall_minutes,
    ],
  );
  return insertedRow(rows);
}

/** One of ours. */
export async function findSubscription(
  db: Db,
  workspace: number,
  channel: Channel,
  id: string,
): Promise<SubscriptionRow | undefined> {
  const [row] = await db.query<SubscriptionRow>(
    `select ${columns} from headgate.subscriptions where workspace_id = $1 and channel = $2 and id = $3`,
    [workspace, channel, id],
  );
  return row;
}

/** Those in our own words, the newest first. */
export async function listSubscriptions(
  db: Db,
  workspace: number,
  channel: Channel,
  limit: number,
  after?: string,
): Promise<readonly SubscriptionRow[]> {
  return await db.query<SubscriptionRow>(
    `select ${columns} from headgate.subscriptions where workspace_id = $1 and channel = $2 and form is null and ($3::text is null or id < $3)
     order by id desc limit $4`,
    [workspace, channel, after ?? null, limit],
  );
}

/** Undefined where the version is no longer the one that was read. Who makes it active again begins anew. */
export async function updateSubscription(
  db: Db,
  workspace: number,
  row: Wish & Pick<SubscriptionRow, 'id' | 'state' | 'version' | 'topics'>,
): Promise<SubscriptionRow | undefined> {
  const [stored] = await db.query<SubscriptionRow>(
    `update headgate.subscriptions set name = $4, target = $5, kinds = $6, pipelines = $7, digest_seconds = $8, state = $9, topics = $10,
       failures = case when $9 = 'active' then 0 else failures end,
       failing_since = case when $9 = 'active' then null else failing_since end,
       hold_until = case when $9 = 'active' then null else hold_until end, version = version + 1, updated_at = now()
     where workspace_id = $1 and id = $2 and version = $3 returning ${columns}`,
    [workspace, row.id, row.version, row.name, row.target, row.kinds, row.pipelines, row.digest_seconds, row.state, row.topics],
  );
  return stored;
}

/** Those of a pipeline in the words of one vocabulary. */
export async function subscriptionsFor(
  db: Db,
  workspace: number,
  form: string,
  pipeline: string,
): Promise<readonly SubscriptionRow[]> {
  return await db.query<SubscriptionRow>(
    `select ${columns} from headgate.subscriptions where workspace_id = $1 and form = $2 and pipelines = array[$3::text] order by id`,
    [workspace, form, pipeline],
  );
}

/** The one of a form that leads to these addresses. */
export async function subscriptionTo(
  db: Db,
  workspace: number,
  form: string,
  target: readonly string[],
): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>(
    `select id from headgate.subscriptions where workspace_id = $1 and form = $2 and target = $3 and state = 'active' order by id limit 1`,
    [workspace, form, target],
  );
  return row?.id;
}

/** With its deliveries. */
export async function deleteSubscription(db: Db, workspace: number, id: string): Promise<void> {
  await db.query('delete from headgate.subscriptions where workspace_id = $1 and id = $2', [workspace, id]);
}
