import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closedUntil, connectionPolicy, openFrom, sharesOf, type ConnectionPolicy } from './connection-policy.ts';

type Hours = NonNullable<ConnectionPolicy['hours']>;
const hours = (zone: string, ...windows: readonly object[]): Hours => {
  const { hours: parsed } = connectionPolicy.parse({ hours: { zone, windows } });
  assert.ok(parsed);
  return parsed;
};
const night = { from: '22:00', to: '06:00' };

/** [hours, now, open from]. 2026-01-05 is a Monday. */
const cases: readonly (readonly [string, Hours, string, string])[] = [
  ['inside', hours('UTC', night), '2026-01-05T23:00:00Z', '2026-01-05T23:00:00Z'],
  ['the window of yesterday', hours('UTC', night), '2026-01-05T05:59:00Z', '2026-01-05T05:59:00Z'],
  ['its end is outside', hours('UTC', night), '2026-01-05T06:00:00Z', '2026-01-05T22:00:00Z'],
  ['its beginning is inside', hours('UTC', night), '2026-01-05T22:00:00Z', '2026-01-05T22:00:00Z'],
  ['another zone', hours('Asia/Tokyo', night), '2026-01-05T12:00:00Z', '2026-01-05T13:00:00Z'],
  ['a day of the week', hours('UTC', { days: [7], ...night }), '2026-01-05T12:00:00Z', '2026-01-11T22:00:00Z'],
  ['the day on which it opens counts', hours('UTC', { days: [7], ...night }), '2026-01-05T03:00:00Z', '2026-01-05T03:00:00Z'],
  ['the sooner of two', hours('UTC', night, { from: '12:00', to: '13:00' }), '2026-01-05T07:00:00Z', '2026-01-05T12:00:00Z'],
  ['all day', hours('UTC', { from: '00:00', to: '00:00' }), '2026-01-05T07:00:00Z', '2026-01-05T07:00:00Z'],
  [
    'in a gap of the clock',
    hours('Europe/Berlin', { from: '02:30', to: '04:00' }),
    '2026-03-29T00:00:00Z',
    '2026-03-29T01:00:00Z',
  ],
];

test('when a connection is open', () => {
  for (const [name, given, now, expected] of cases) {
    assert.equal(openFrom(given, new Date(now)).toISOString(), new Date(expected).toISOString(), name);
  }
});

test('a run waits until all of its connections are open', () => {
  const now = new Date('2026-01-05T07:00:00Z');
  const source = { hours: hours('UTC', { from: '08:00', to: '12:00' }) };
  const target = { hours: hours('UTC', { from: '10:00', to: '11:00' }, { from: '07:00', to: '07:30' }) };
  assert.equal(closedUntil([source, target], now)?.toISOString(), '2026-01-05T10:00:00.000Z');
  assert.equal(closedUntil([{}, target], now), undefined);
  assert.equal(closedUntil([{}, {}], now), undefined);
});

test('what sessions mean for runs', () => {
  assert.deepEqual(sharesOf({}), { runs: null });
  const shares = [2, 3, 5, 9, 10, 50].map((sessions) => sharesOf({ sessions }));
  assert.deepEqual(
    shares.map(({ readers, runs }) => [readers, runs]),
    [
      [1, 1],
      [2, 1],
      [4, 1],
      [4, 1],
      [4, 2],
      [4, 10],
    ],
  );
});
