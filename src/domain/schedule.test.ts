/** Worked timestamps, and what holds for all of them. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { scheduleSpec, type Schedule } from './pipeline.ts';
import { dueAfter, dueTick, firstDue, nextTick, spanOf } from './schedule.ts';
import { localAt } from './zone.ts';

const read = (spec: object): Schedule => scheduleSpec.parse(spec);
const at = (text: string): Date => new Date(text.length === 16 ? `${text}:00Z` : text);
const short = (date: Date | undefined): string | undefined => date?.toISOString().slice(0, 16);

/** The ticks from an instant on. */
function ticks(spec: object, from: string, count: number): (string | undefined)[] {
  const schedule = read(spec);
  let last: Date | undefined = new Date(at(from).getTime() - 1);
  return Array.from({ length: count }, () => short((last = last && nextTick(schedule, last))));
}

suite('intervals', () => {
  const months = { kind: 'interval', every: 1, unit: 'months', start: '2024-01-31T06:00:00Z' };
  const cases: readonly (readonly [name: string, spec: object, from: string, expected: readonly (string | undefined)[]])[] = [
    [
      'the 31st, in a leap year and out of it, never drifts',
      months,
      '2024-01-01T00:00',
      ['2024-01-31T06:00', '2024-02-29T06:00', '2024-03-31T06:00', '2024-04-30T06:00'],
    ],
    ['the same a year later', months, '2025-02-01T00:00', ['2025-02-28T06:00', '2025-03-31T06:00']],
    [
      'every second month from a 30th',
      { ...months, every: 2, start: '2023-12-30T00:00:00Z' },
      '2024-01-01T00:00',
      ['2024-02-29T00:00', '2024-04-30T00:00'],
    ],
    [
      'twelve months from the 29th of February',
      { ...months, every: 12, start: '2024-02-29T00:00:00Z' },
      '2024-03-01T00:00',
      ['2025-02-28T00:00', '2026-02-28T00:00', '2027-02-28T00:00', '2028-02-29T00:00'],
    ],
    [
      'three days, with a start in another offset',
      { kind: 'interval', every: 3, unit: 'days', start: '2026-01-01T01:00:00+02:00' },
      '2026-01-01T00:00',
      ['2026-01-03T23:00', '2026-01-06T23:00'],
    ],
    [
      'an end, itself included, whose run starts behind it',
      { kind: 'interval', every: 2, unit: 'weeks', start: '2026-01-01T00:00:00Z', end: '2026-01-15T00:00:00Z', delay: '1d' },
      '2026-01-01T00:00',
      ['2026-01-02T00:00', '2026-01-16T00:00', undefined],
    ],
    [
      'nothing before the start',
      { kind: 'interval', every: 15, unit: 'minutes', start: '2026-01-01T00:00:00Z' },
      '2020-01-01T00:00',
      ['2026-01-01T00:00', '2026-01-01T00:15'],
    ],
  ];
  for (const [name, spec, from, expected] of cases) {
    test(name, () => assert.deepEqual(ticks(spec, from, expected.length), expected));
  }
});

suite('calendars', () => {
  const nightly = (zone: string, hour: number, minute: number) => ({ kind: 'calendar', zone, hours: [hour], minutes: [minute] });
  const cases: readonly (readonly [name: string, spec: object, from: string, expected: readonly (string | undefined)[]])[] = [
    [
      'Berlin leaves out 02:30: it runs at 03:00',
      nightly('Europe/Berlin', 2, 30),
      '2026-03-28T00:00',
      ['2026-03-28T01:30', '2026-03-29T01:00', '2026-03-30T00:30'],
    ],
    [
      'Berlin shows 02:30 twice: it runs at the first',
      nightly('Europe/Berlin', 2, 30),
      '2026-10-24T00:00',
      ['2026-10-24T00:30', '2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'New York leaves out 02:30',
      nightly('America/New_York', 2, 30),
      '2026-03-07T00:00',
      ['2026-03-07T07:30', '2026-03-08T07:00', '2026-03-09T06:30'],
    ],
    [
      'New York shows 01:30 twice',
      nightly('America/New_York', 1, 30),
      '2026-11-01T00:00',
      ['2026-11-01T05:30', '2026-11-02T06:30'],
    ],
    [
      'Lord Howe leaves out half an hour',
      nightly('Australia/Lord_Howe', 2, 15),
      '2026-10-03T00:00',
      ['2026-10-03T15:30', '2026-10-04T15:15'],
    ],
    [
      'Lord Howe shows half an hour twice',
      nightly('Australia/Lord_Howe', 1, 45),
      '2026-04-04T00:00',
      ['2026-04-04T14:45', '2026-04-05T15:15'],
    ],
    [
      'Samoa left out a whole day',
      nightly('Pacific/Apia', 12, 0),
      '2011-12-29T00:00',
      ['2011-12-29T22:00', '2011-12-30T10:00', '2011-12-30T22:00'],
    ],
    [
      'times that fall together run once',
      { kind: 'calendar', zone: 'Europe/Berlin', hours: [2, 3], minutes: [0, 30] },
      '2026-03-29T00:00',
      ['2026-03-29T01:00', '2026-03-29T01:30', '2026-03-30T00:00'],
    ],
    [
      'Mondays and Fridays',
      { kind: 'calendar', weekdays: [5, 1], hours: [18, 6] },
      '2026-01-01T00:00',
      ['2026-01-02T06:00', '2026-01-02T18:00', '2026-01-05T06:00'],
    ],
    [
      'the 30th and the 31st, which February and April have once',
      { kind: 'calendar', month_days: [30, 31], hours: [0] },
      '2026-01-31T00:00',
      ['2026-01-31T00:00', '2026-02-28T00:00', '2026-03-30T00:00', '2026-03-31T00:00', '2026-04-30T00:00', '2026-05-30T00:00'],
    ],
  ];
  for (const [name, spec, from, expected] of cases) {
    test(name, () => assert.deepEqual(ticks(spec, from, expected.length), expected));
  }
});

suite('the first due time', () => {
  const now = at('2026-05-01T12:00');
  const hourly = { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:30:00Z' };
  const cases: readonly (readonly [spec: object, lastDue: string | undefined, expected: string | undefined])[] = [
    [hourly, undefined, '2026-05-01T12:30'],
    [{ ...hourly, catch_up: '3h' }, undefined, '2026-05-01T09:30'],
    [{ ...hourly, catch_up: '3h' }, '2026-05-01T02:30', '2026-05-01T12:30'],
    [{ kind: 'calendar', hours: [12] }, undefined, '2026-05-01T12:00'],
    [{ kind: 'every', period: '6h' }, undefined, '2026-05-01T12:00'],
    [{ kind: 'every', period: '6h' }, '2026-05-01T10:00', '2026-05-01T16:00'],
    [{ kind: 'every', period: '6h' }, '2026-04-01T10:00', '2026-05-01T12:00'],
    [{ kind: 'once' }, undefined, '2026-05-01T12:00'],
    [{ kind: 'once' }, '2026-04-01T00:00', undefined],
    [{ kind: 'once', at: '2026-06-01T00:00:00Z' }, '2026-04-01T00:00', '2026-06-01T00:00'],
    [{ kind: 'once', at: '2026-06-01T00:00:00Z' }, '2026-06-01T00:00', undefined],
    [{ kind: 'manual' }, undefined, undefined],
    [{ kind: 'after', pipeline: 'other' }, undefined, undefined],
  ];
  for (const [spec, lastDue, expected] of cases) {
    test(`${JSON.stringify(spec)}, last due ${lastDue}`, () =>
      assert.equal(short(firstDue(read(spec), { now, lastDue: lastDue === undefined ? undefined : at(lastDue) })), expected));
  }
});

suite('ticks that were missed', () => {
  const hourly = { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:00:00Z' };
  const cases: readonly (readonly [catchUp: string, due: string, now: string, expected: string])[] = [
    ['0s', '2026-01-01T05:00', '2026-01-01T05:00', '2026-01-01T05:00'],
    ['0s', '2026-01-01T05:00', '2026-01-01T05:59', '2026-01-01T05:00'],
    ['0s', '2026-01-01T05:00', '2026-01-01T09:30', '2026-01-01T09:00'],
    ['2h', '2026-01-01T05:00', '2026-01-01T09:30', '2026-01-01T08:00'],
    ['1d', '2026-01-01T05:00', '2026-01-01T09:30', '2026-01-01T05:00'],
  ];
  for (const [catch_up, due, now, expected] of cases) {
    test(`${catch_up} back, due ${due}, looked at ${now}`, () =>
      assert.equal(short(dueTick(read({ ...hourly, catch_up }), at(due), at(now))), expected));
  }
  test('an interval that has ended still runs its last tick', () => {
    const ended = read({ ...hourly, end: '2026-01-01T06:00:00Z' });
    assert.equal(short(dueTick(ended, at('2026-01-01T05:00'), at('2026-02-01T00:00'))), '2026-01-01T06:00');
  });
  test('every counts from the dispatch, not from what was due', () => {
    const every = read({ kind: 'every', period: '15m' });
    assert.equal(short(dueAfter(every, at('2026-01-01T00:00'), at('2026-01-01T00:10'))), '2026-01-01T00:25');
  });
});

suite('what holds always', () => {
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC');
  const instant = fc.date({ min: new Date('2015-01-01T00:00:00Z'), max: new Date('2037-01-01T00:00:00Z'), noInvalidDate: true });
  const calendar = fc.record({
    kind: fc.constant('calendar'),
    zone,
    hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 }),
    minutes: fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 3 }),
  });
  const interval = fc.record({
    kind: fc.constant('interval'),
    every: fc.integer({ min: 1, max: 40 }),
    unit: fc.constantFrom('hours', 'days', 'weeks', 'months'),
    start: instant.map((date) => date.toISOString()),
    delay: fc.constantFrom('0s', '15m', '5d', '40d'),
  });
  const grid = fc.oneof(calendar, interval);
  const runs = { numRuns: 300 };

  test('the next tick is later, and is the next one from anywhere between', () => {
    const holds = fc.property(grid, instant, fc.double({ min: 0, max: 1, noNaN: true }), (spec, from, share) => {
      const schedule = read(spec);
      const next = nextTick(schedule, from);
      assert.ok(next && next > from);
      const between = new Date(from.getTime() + Math.floor((next.getTime() - 1 - from.getTime()) * share));
      assert.deepEqual(nextTick(schedule, between), next);
    });
    fc.assert(holds, runs);
  });

  test('a calendar shows its hour and minute, or the first one after a gap', () => {
    const holds = fc.property(calendar, instant, (spec, from) => {
      const next = nextTick(read(spec), from);
      assert.ok(next);
      const local = new Date(localAt(spec.zone, next.getTime()));
      const wanted = spec.hours.includes(local.getUTCHours()) && spec.minutes.includes(local.getUTCMinutes());
      const before = localAt(spec.zone, next.getTime() - 60_000);
      assert.ok(wanted || local.getTime() - before > 60_000);
    });
    fc.assert(holds, runs);
  });

  test('spans follow each other without a hole', () => {
    const holds = fc.property(grid, instant, (spec, from) => {
      const schedule = read(spec);
      const first = nextTick(schedule, from);
      const second = first && nextTick(schedule, first);
      assert.ok(first && second);
      assert.deepEqual(spanOf(schedule, second)?.from, spanOf(schedule, first)?.to);
    });
    fc.assert(holds, runs);
  });

  test('however the clock jumps, within the limit no tick is lost, and none is dispatched twice', () => {
    const jumps = fc.array(fc.integer({ min: -3 * 86_400, max: 9 * 86_400 }), { minLength: 1, maxLength: 12 });
    const holds = fc.property(grid, instant, jumps, (spec, start, seconds) => {
      const schedule = read({ ...spec, catch_up: '100y' });
      let due = nextTick(schedule, start);
      let [now, latest] = [start.getTime(), start.getTime()];
      const dispatched: Date[] = [];
      for (const jump of seconds) {
        latest = Math.max(latest, (now += jump * 1000));
        while (due && due.getTime() <= now) {
          const tick = dueTick(schedule, due, new Date(now));
          dispatched.push(tick);
          due = dueAfter(schedule, tick, new Date(now));
        }
      }
      const expected: Date[] = [];
      for (let tick = nextTick(schedule, start); tick && tick.getTime() <= latest; tick = nextTick(schedule, tick))
        expected.push(tick);
      assert.deepEqual(dispatched, expected);
    });
    fc.assert(holds, { numRuns: 100 });
  });
});

test('what no calendar and no clock knows is refused', () => {
  const wrong = [
    { kind: 'interval', every: 0, unit: 'days', start: '2026-01-01T00:00:00Z' },
    { kind: 'interval', every: 1, unit: 'days', start: '2026-02-30T00:00:00Z' },
    { kind: 'interval', every: 1, unit: 'days', start: '2026-01-02T00:00:00Z', end: '2026-01-01T00:00:00Z' },
    { kind: 'interval', every: 1, unit: 'days', start: '2026-01-01T00:00:00Z', delay: '5 minutes' },
    { kind: 'interval', every: 1, unit: 'days', start: '2026-01-01T00:00:00Z', delay: '101y' },
    { kind: 'calendar', zone: 'Europe/Atlantis', hours: [1] },
    { kind: 'calendar', hours: [24] },
    { kind: 'calendar', hours: [] },
    { kind: 'calendar', weekdays: [1], month_days: [1], hours: [1] },
    { kind: 'every', period: '0s' },
  ];
  for (const spec of wrong) assert.equal(scheduleSpec.safeParse(spec).success, false, JSON.stringify(spec));
});
