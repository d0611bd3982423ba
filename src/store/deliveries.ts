/** What is on its way to a subscription: attempts, and who makes the next one. */
import { newId } from '../domain/ids.ts';
import type { Health, Verdict } from '../domain/notification.ts';
import type { Db } from './db.ts';
import type { Channel } from './subscriptions.ts';

export interface DeliveryRow {
  readonly id: string;
  readonly subscription_id: string;
  readonly events: readonly string[];
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempt: number;
  readonly due_at: Date;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

export interface AttemptRow {
  readonly attempt: number;
  readonly at: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly ms: number;
}

/** One attempt that is to be made now, by whoever took it. */
export interface TakenDelivery extends Health {
  readonly id: string;
  readonly workspace_id: string;
  readonly subscription_id: string;
  readonly events: readonly string[];
  readonly attempt: number;
  readonly channel: Channel;
  readonly form: string | null;
  readonly name: string;
  readonly target: readonly string[];
}

/** Longer than any attempt takes. */
const leaseSeconds = 60;

/** Of one workspace, whatever its notifications say: nobody's mailbox is filled by a server of ours. The rest waits. */
export const mailsAnHour = 60;

/** At most one per subscription: a slow target keeps nobody else waiting, and a dead one is asked once. */
export async function takeDeliveries(db: Db, now: Date, limit: number): Promise<readonly TakenDelivery[]> {
  return await db.query<TakenDelivery>(
    `with next as (
       select d.id from headgate.subscriptions s cross join lateral (
         select o.id from headgate.deliveries o where o.subscription_id = s.id and o.state = 'waiting' and o.due_at <= $1
           and (o.lease_until is null or o.lease_until < now()) order by o.due_at, o.id limit 1 for update skip locked) d
       where s.state = 'active' and (s.hold_until is null or s.hold_until <= $1)
         and not exists (select from headgate.deliveries b where b.subscription_id = s.id and b.lease_until > now())
         and (s.channel <> 'email' or (
           select count(*) from headgate.deliveries m join headgate.subscriptions o on o.id = m.subscription_id
           where m.workspace_id = s.workspace_id and o.channel = 'email' and m.ended_at > $1 - interval '1 hour') < ${mailsAnHour})
       limit $2)
     update headgate.deliveries d set attempt = d.attempt + 1, collecting = false,
       lease_until = now() + make_interval(secs => $3)
     from next, headgate.subscriptions s where d.id = next.id and s.id = d.subscription_id
     returning d.id, d.workspace_id, d.subscription_id, d.events, d.attempt, s.channel, s.form, s.name, s.target, s.failures, s.failing_since`,
    [now, limit, leaseSeconds],
    'take_deliveries',
  );
}

/** Nothing is written where another process has taken the delivery over. True = it was ours. */
export async function endAttempt(
  tx: Db,
  taken: TakenDelivery,
  made: Omit<AttemptRow, 'attempt'>,
  { delivery, target }: Verdict,
): Promise<boolean> {
  // Before its deliveries, as whoever deletes it does: the other way round the two wait for each other.
  await tx.query('select from headgate.subscriptions where workspace_id = $1 and id = $2 for no key update', [
    taken.workspace_id,
    taken.subscription_id,
  ]);
  const mine = await tx.query(
    `update headgate.deliveries set state = $4, due_at = coalesce($5, due_at), lease_until = null,
       ended_at = case when $4 <> 'waiting' then $6::timestamptz end
     where workspace_id = $1 and id = $2 and attempt = $3 and state = 'waiting' returning id`,
    [taken.workspace_id, taken.id, taken.attempt, delivery.state, 'due' in delivery ? delivery.due : null, made.at],
  );
  if (mine.length === 0) return false;
  await tx.query(
    'insert into headgate.delivery_attempts (delivery_id, attempt, at, status, error, ms) values ($1, $2, $3, $4, $5, $6)',
    [taken.id, taken.attempt, made.at, made.status, made.error, made.ms],
  );
  await tx.query(
    `update headgate.subscriptions set failures = $3, failing_since = $4, hold_until = $5,
       state = case when $6 and state = 'active' then 'disabled' else state end
     where workspace_id = $1 and id = $2`,
    [taken.workspace_id, taken.subscription_id, target.failures, target.failing_since, target.hold_until, target.disabled],
  );
  if (target.disabled) {
    await tx.query(
      `update headgate.deliveries set state = 'failed', collecting = false, ended_at = $3
       where workspace_id = $1 and subscription_id = $2 and state = 'waiting'`,
      [taken.workspace_id, taken.subscription_id, made.at],
    );
  }
  return true;
}

const columns = 'id, subscription_id, events, state, attempt, due_at, created_at, ended_at';

/** The newest first. */
export async function listDeliveries(
  db: Db,
  workspace: number,
  subscription: string,
  limit: number,
  after?: string,
): Promise<readonly DeliveryRow[]> {
  return await db.query<DeliveryRow>(
    `select ${columns} from headgate.deliveries
     where workspace_id = $1 and subscription_id = $2 and ($3::text is null or id < $3) order by id desc limit $4`,
    [workspace, subscription, after ?? null, limit],
  );
}

/** By delivery. */
export async function attemptsOf(
  db: Db,
  workspace: number,
  deliveries: readonly string[],
): Promise<ReadonlyMap<string, readonly AttemptRow[]>> {
  const rows = await db.query<AttemptRow & { readonly delivery_id: string }>(
    `select a.delivery_id, a.attempt, a.at, a.status, a.error, a.ms from headgate.delivery_attempts a
     join headgate.deliveries d on d.id = a.delivery_id
     where d.workspace_id = $1 and d.id = any($2) order by a.delivery_id, a.attempt`,
    [workspace, deliveries],
  );
  return Map.groupBy(rows, ({ delivery_id }) => delivery_id);
}

/** The same events once more, as a delivery of its own. Undefined = there is no such delivery. */
export async function deliverAgain(
  db: Db,
  workspace: number,
  subscription: string,
  id: string,
  now: Date,
): Promise<DeliveryRow | undefined> {
  const [row] = await db.query<DeliveryRow>(
    `insert into headgate.deliveries (workspace_id, id, subscription_id, events, state, due_at, created_at)
     select workspace_id, $4, subscription_id, events, 'waiting', $5, $5 from headgate.deliveries
     where workspace_id = $1 and subscription_id = $2 and id = $3 returning ${columns}`,
    [workspace, subscription, id, newId('delivery'), now],
  );
  return row;
}
