import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsOfEnd, verdict, type Health } from './notification.ts';

const start = new Date('2026-01-01T00:00:00Z');
const healthy: Health = { failures: 0, failing_since: null };
const refused = { ok: false, gone: false };

test('one delivery is tried ten times, over three days', () => {
  let [now, attempt] = [start, 1];
  for (;;) {
    const { delivery } = verdict(refused, attempt, healthy, now, 0.5);
    if (delivery.state !== 'waiting') break;
    assert.ok(delivery.due > now);
    now = delivery.due;
    attempt += 1;
  }
  const days = (now.getTime() - start.getTime()) / 86_400_000;
  assert.deepEqual([attempt, days > 3 && days < 3.5], [10, true]);
});

test('who has waits of its own is tried at those', () => {
  const due = (attempt: number): unknown => {
    const { delivery } = verdict({ ...refused, waits: [7, 60] }, attempt, healthy, start, 0.5);
    return delivery.state === 'waiting' ? delivery.due.getTime() - start.getTime() : delivery.state;
  };
  assert.deepEqual([1, 2, 3].map(due), [7000, 60_000, 'failed']);
});

test('attempts of what failed together do not fall together again', () => {
  const due = (random: number): number => {
    const { delivery } = verdict(refused, 2, healthy, start, random);
    return delivery.state === 'waiting' ? delivery.due.getTime() - start.getTime() : 0;
  };
  assert.deepEqual([due(0), due(1)], [270_000, 330_000]);
});

test('a target is held back longer and longer, and given up after three days or when it says so', () => {
  const holds = [0, 1, 5, 20].map((failures) => {
    const { target } = verdict(refused, 1, { failures, failing_since: start }, start, 0);
    return (target.hold_until?.getTime() ?? 0) - start.getTime();
  });
  assert.deepEqual(holds, [5000, 10_000, 160_000, 300_000]);
  const later = new Date(start.getTime() + 3 * 86_400_000);
  assert.equal(verdict(refused, 1, { failures: 9, failing_since: start }, later, 0).target.disabled, true);
  assert.equal(verdict({ ok: false, gone: true }, 1, healthy, start, 0).target.disabled, true);
  assert.deepEqual(verdict({ ok: true, gone: false }, 3, { failures: 9, failing_since: start }, later, 0).target, {
    failures: 0,
    failing_since: null,
    hold_until: null,
    disabled: false,
  });
});

test('what a run that ends means for those who want to know', () => {
  assert.deepEqual(kindsOfEnd('succeeded', 0), ['run.succeeded']);
  assert.deepEqual(kindsOfEnd('succeeded', 2), ['run.succeeded', 'run.with_rejects']);
  assert.deepEqual(kindsOfEnd('failed', 2), ['run.failed']);
  assert.deepEqual(kindsOfEnd('needs_review', 0), ['run.held']);
  for (const state of ['retrying', 'cancelled', 'queued', 'running'] as const) assert.deepEqual(kindsOfEnd(state, 0), []);
});
