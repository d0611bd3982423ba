import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import { endAttempt, mailsAnHour, takeDeliveries } from './deliveries.ts';
import { insertSubscription } from './subscriptions.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
const { db } = state;

test('a workspace sends so many mails an hour and no more: the others wait, and webhooks do not', async () => {
  let now = new Date('2026-01-01T00:00:00Z');
  const subscribe = async (channel: 'email' | 'webhook', at: number): Promise<void> => {
    const id = newId(channel === 'email' ? 'notification' : 'webhook');
    const wish = { id, channel, name: `n${at}`, target: ['a'], kinds: [], pipelines: [], digest_seconds: 0 };
    await insertSubscription(db, 1, wish);
    await db.query(
      `insert into headgate.deliveries (id, workspace_id, subscription_id, events, state, due_at, created_at)
       values ($1, 1, $2, '{}', 'waiting', $3, $3)`,
      [newId('delivery'), id, now],
    );
  };
  for (let at = 0; at < mailsAnHour + 3; at++) await subscribe('email', at);
  const send = async (): Promise<number> => {
    let sent = 0;
    for (;;) {
      const [taken] = await takeDeliveries(db, now, 1);
      if (!taken) return sent;
      const target = { failures: 0, failing_since: null, hold_until: null, disabled: false };
      const made = { at: now, status: 250, error: null, ms: 1 };
      assert.ok(await endAttempt(db, taken, made, { delivery: { state: 'delivered' }, target }));
      sent++;
    }
  };
  assert.equal(await send(), mailsAnHour);
  await subscribe('webhook', 0);
  assert.equal(await send(), 1);
  now = new Date('2026-01-01T01:00:00Z');
  assert.equal(await send(), 3);
});
