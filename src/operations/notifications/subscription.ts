/** What webhooks and mails have in common: which events, what became of them. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { eventKinds, type EventKind } from '../../domain/notification.ts';
import { attemptsOf, type AttemptRow, type DeliveryRow } from '../../store/deliveries.ts';
import { findSubscription, type Channel, type SubscriptionRow } from '../../store/subscriptions.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import type { OpContext } from '../operation.ts';

const names = Object.keys(eventKinds) as [EventKind, ...EventKind[]]; // of an object with these keys

export const eventKind = z.enum(names);

/** What people say about the events that they want. */
export const wishes = {
  name: z.string().min(1).max(200),
  events: z.array(eventKind).max(names.length).meta({ description: 'Empty: all of them' }),
  pipelines: z.array(z.string().min(1).max(100)).max(200).meta({ description: 'Ids or slugs; empty: all of the workspace' }),
} as const;

export const settableState = z.enum(['active', 'paused']);

export const subscriptionView = z.object({
  id: z.string(),
  name: z.string(),
  events: z.array(eventKind),
  pipelines: z.array(z.string()),
  state: z.enum(['active', 'paused', 'disabled']).meta({ description: '`disabled`: given up after days without a success' }),
  failures: z.number().int().meta({ description: 'Attempts that failed since the last one that did not' }),
  failing_since: z.iso.datetime().nullable(),
  version: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export function showSubscription(row: SubscriptionRow): z.input<typeof subscriptionView> {
  const { id, name, state, failures, version } = row;
  return {
    id,
    name,
    // One that a later version of this program knew, and this one does not, is left out.
    events: row.kinds.flatMap((kind) => eventKind.safeParse(kind).data ?? []),
    pipelines: [...row.pipelines],
    state,
    failures,
    failing_since: row.failing_since?.toISOString() ?? null,
    version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireSubscription({ db, workspace }: OpContext, channel: Channel, id: string): Promise<SubscriptionRow> {
  const row = await findSubscription(db, workspace, channel, id);
  if (row) return row;
  throw new HeadgateError('object.missing', `there is no such ${channel === 'webhook' ? 'webhook' : 'notification'}`);
}

/** Ids of pipelines that were named by id or slug. Throws `object.missing`. */
export async function pipelineIds(context: OpContext, refs: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const ref of refs) ids.push((await requirePipeline(context, ref)).id);
  return [...new Set(ids)];
}

export const deliveryView = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  events: z.array(z.string()).meta({ description: 'Ids of events; a digest has several' }),
  due_at: z.iso.datetime().nullable().meta({ description: 'When the next attempt is made' }),
  created_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  attempts: z.array(
    z.object({
      attempt: z.number().int(),
      at: z.iso.datetime(),
      status: z.number().int().nullable().meta({ description: 'Of the answer; null: there was none' }),
      error: z.string().nullable(),
      ms: z.number().int(),
    }),
  ),
});

export function showDelivery(row: DeliveryRow, attempts: readonly AttemptRow[] = []): z.input<typeof deliveryView> {
  return {
    id: row.id,
    state: row.state,
    events: [...row.events],
    due_at: row.state === 'waiting' ? row.due_at.toISOString() : null,
    created_at: row.created_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    attempts: attempts.map(({ attempt, at, status, error, ms }) => ({ attempt, at: at.toISOString(), status, error, ms })),
  };
}

/** With their attempts. */
export async function showDeliveries(
  { db, workspace }: OpContext,
  rows: readonly DeliveryRow[],
): Promise<(row: DeliveryRow) => z.input<typeof deliveryView>> {
  const attempts = await attemptsOf(
    db,
    workspace,
    rows.map(({ id }) => id),
  );
  return (row) => showDelivery(row, attempts.get(row.id));
}
