import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailOf, type ToldEvent } from './mail.ts';

const failed = (name: string): ToldEvent => ({
  kind: 'run.failed',
  at: new Date('2026-01-01T00:00:00Z'),
  data: {
    pipeline: { id: 'pl_1', slug: 'orders', name },
    run: 'run_1',
    rows_read: 1200,
    error: { code: 'connect.lost', message: 'reading: the connection broke', hint: 'run again' },
  },
});

test('one event says what happened, why, and what to do', () => {
  const { subject, text } = mailOf([failed('Orders')], 'on call', 1);
  assert.equal(subject, '[Headgate] Orders failed');
  for (const part of ['run_1', '1,200', 'connect.lost: reading: the connection broke', 'run again', '"on call" of workspace 1']) {
    assert.ok(text.includes(part), part);
  }
});

test('many events are counted in the subject', () => {
  const many = [...Array.from({ length: 150 }, () => failed('Orders')), { ...failed('Orders'), kind: 'run.held' as const }];
  const { subject, text } = mailOf(many, 'n', 1);
  assert.equal(subject, '[Headgate] 151 events: 150 run.failed, 1 run.held');
  assert.match(text, /and 51 more/);
});

test('a name of several lines is one line in a subject', () => {
  const { subject } = mailOf([failed('Orders\r\nBcc: everybody@example.com')], 'n', 1);
  assert.equal(subject, '[Headgate] Orders Bcc: everybody@example.com failed');
});
