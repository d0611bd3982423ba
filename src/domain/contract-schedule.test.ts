/**
 * The worked timestamps of a published contract, whose delay moves the run but not its data, and whose first step may be left
 * out: `interval` and `once` say all of it. What was read before comes from the last success, not from the schedule.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scheduleSpec } from './pipeline.ts';
import { dueAfter, dueTick, firstDue, nextTick, spanOf } from './schedule.ts';

interface Case {
  readonly spec: object;
  /** Lower bound of the first read, and upper bound of all. */
  readonly from: string | null;
  readonly until?: string;
  /** Ticks that are looked at; the number behind the first one. */
  readonly rows: Readonly<Record<number, readonly [fire: string, from: string | null, to: string, logical: string] | undefined>>;
}

const interval = (unit: string, start: string, more: object = {}): object => ({
  kind: 'interval',
  every: 1,
  unit,
  start: `${start}:00Z`,
  ...more,
});

const cases: Readonly<Record<string, Case>> = {
  'hourly on the quarter': {
    spec: interval('hours', '2023-02-01T00:15'),
    from: null,
    rows: {
      0: ['2023-02-01T00:15', null, '2023-02-01T00:15', '2023-01-31T23:15'],
      1: ['2023-02-01T01:15', '2023-02-01T00:15', '2023-02-01T01:15', '2023-02-01T00:15'],
    },
  },
  'hourly with a delay': {
    spec: interval('hours', '2023-02-01T00:00', { delay: '15m' }),
    from: null,
    rows: {
      0: ['2023-02-01T00:15', null, '2023-02-01T00:00', '2023-01-31T23:00'],
      1: ['2023-02-01T01:15', '2023-02-01T00:00', '2023-02-01T01:00', '2023-02-01T00:00'],
    },
  },
  'daily from the lower bound to an end': {
    spec: interval('days', '2023-02-01T12:00', { after: '2023-02-01T12:00:00Z', end: '2023-03-01T12:00:00Z' }),
    from: '2023-02-01T12:00',
    until: '2023-03-01T12:00',
    rows: {
      0: ['2023-02-02T12:00', '2023-02-01T12:00', '2023-02-02T12:00', '2023-02-01T12:00'],
      27: ['2023-03-01T12:00', '2023-02-28T12:00', '2023-03-01T12:00', '2023-02-28T12:00'],
      28: undefined,
    },
  },
  'monthly, five days late': {
    spec: interval('months', '2023-02-01T00:00', { delay: '5d', after: '2020-01-01T00:00:00Z' }),
    from: '2020-01-01T00:00',
    rows: {
      0: ['2023-02-06T00:00', '2020-01-01T00:00', '2023-02-01T00:00', '2023-01-01T00:00'],
      1: ['2023-03-06T00:00', '2023-02-01T00:00', '2023-03-01T00:00', '2023-02-01T00:00'],
    },
  },
  'hourly up to a bound between two steps': {
    spec: interval('hours', '2024-01-01T00:00', { after: '2024-01-01T00:00:00Z' }),
    from: '2024-01-01T00:00',
    until: '2024-01-01T02:30',
    rows: {
      0: ['2024-01-01T01:00', '2024-01-01T00:00', '2024-01-01T01:00', '2024-01-01T00:00'],
      1: ['2024-01-01T02:00', '2024-01-01T01:00', '2024-01-01T02:00', '2024-01-01T01:00'],
      2: ['2024-01-01T03:00', '2024-01-01T02:00', '2024-01-01T02:30', '2024-01-01T02:00'],
    },
  },
  'an end whose run is late': {
    spec: interval('hours', '2024-01-01T00:00', { delay: '15m', end: '2024-01-01T02:00:00Z' }),
    from: null,
    rows: { 2: ['2024-01-01T02:15', '2024-01-01T01:00', '2024-01-01T02:00', '2024-01-01T01:00'], 3: undefined },
  },
  'monthly from the 31st': {
    spec: interval('months', '2024-01-31T00:00', { after: '2024-01-31T00:00:00Z' }),
    from: '2024-01-31T00:00',
    rows: {
      0: ['2024-02-29T00:00', '2024-01-31T00:00', '2024-02-29T00:00', '2024-01-31T00:00'],
      1: ['2024-03-31T00:00', '2024-02-29T00:00', '2024-03-31T00:00', '2024-02-29T00:00'],
      2: ['2024-04-30T00:00', '2024-03-31T00:00', '2024-04-30T00:00', '2024-03-31T00:00'],
    },
  },
};

const short = (date: Date): string => date.toISOString().slice(0, 16);

suite('a published arithmetic', () => {
  for (const [name, { spec, from, until, rows }] of Object.entries(cases)) {
    test(name, () => {
      const schedule = scheduleSpec.parse(spec);
      let [due, done] = [nextTick(schedule, new Date(0)), from];
      for (let k = 0; k <= Math.max(...Object.keys(rows).map(Number)); k++) {
        const span = due && spanOf(schedule, due);
        const to = span && [short(span.to), until ?? '9'].sort()[0];
        if (k in rows) assert.deepEqual(due && span && [short(due), done, to, short(span.from)], rows[k]);
        done = to ?? done;
        due = due && nextTick(schedule, due);
      }
    });
  }

  test('steps from before the activation are run one by one, none older than the limit', () => {
    const schedule = scheduleSpec.parse(interval('hours', '2023-01-01T00:00', { catch_up: '7d' }));
    const now = new Date('2023-02-01T00:30:00Z');
    const found: string[] = [];
    for (let due = firstDue(schedule, { now }); due && due <= now; due = dueAfter(schedule, due, now)) {
      found.push(short(dueTick(schedule, due, now)));
    }
    assert.deepEqual([found.length, found[0], found.at(-1)], [168, '2023-01-25T01:00', '2023-02-01T00:00']);
  });

  test('what falls due while the pipeline is paused is dropped: the next one is the next step', () => {
    const schedule = scheduleSpec.parse(interval('hours', '2023-02-01T00:15', { catch_up: '7d' }));
    const resumed = firstDue(schedule, { now: new Date('2023-02-01T06:40:00Z'), lastDue: new Date('2023-02-01T05:15:00Z') });
    assert.equal(resumed && short(resumed), '2023-02-01T07:15');
  });

  test('once is at activation, and a later change runs nothing', () => {
    const schedule = scheduleSpec.parse({ kind: 'once' });
    const now = new Date('2023-02-01T15:13:22Z');
    assert.deepEqual(firstDue(schedule, { now }), now);
    assert.equal(firstDue(schedule, { now: new Date('2023-03-01T00:00:00Z'), lastDue: now }), undefined);
  });
});
