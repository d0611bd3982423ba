import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTick } from '../../../domain/schedule.ts';
import { scheduleSpec } from '../../../domain/pipeline.ts';
import { scheduleOf } from './timing.ts';

test('days × hours × minutes in the zone of the job', () => {
  const schedule = { scheduled: true, scheduledDays: [1], scheduledHours: [0, 4], scheduledMinutes: [15] };
  const spec = scheduleSpec.parse(scheduleOf({ schedule, timeZone: 'America/Chicago' }));
  assert.equal(nextTick(spec, new Date('2026-04-23T15:51:16Z'))?.toISOString(), '2026-04-27T05:15:00.000Z');
});

test('runs per hour are spread over it, and minutes win', () => {
  const minutes = (schedule: object) =>
    (scheduleOf({ schedule: { scheduled: true, scheduledHours: [1], ...schedule } }) as { readonly minutes: unknown }).minutes;
  assert.deepEqual(minutes({ scheduledRunsPerHour: 4 }), [0, 15, 30, 45]);
  assert.deepEqual(minutes({ scheduledRunsPerHour: 4, scheduledMinutes: [7] }), [7]);
  assert.deepEqual(minutes({}), [0]);
});

test('Sunday is the seventh day', () => {
  const found = scheduleOf({ schedule: { scheduled: true, scheduledHours: [1], scheduledDays: [0, 6] } });
  assert.deepEqual((found as { readonly weekdays: unknown }).weekdays, [7, 6]);
});

test('what is off follows its parent, or people', () => {
  assert.deepEqual(scheduleOf({}), { kind: 'manual' });
  assert.deepEqual(scheduleOf({ parent: 'pl_1' }), { kind: 'after', pipeline: 'pl_1' });
});

test('days of both kinds, no hours and no such zone are refused', () => {
  const on = { scheduled: true, scheduledHours: [1] };
  assert.throws(() => scheduleOf({ schedule: { ...on, scheduledDays: [1], scheduledDaysOfMonth: [1] } }), /not both/);
  assert.throws(() => scheduleOf({ schedule: { scheduled: true } }), /scheduledHours/);
  assert.throws(() => scheduleOf({ schedule: on, timeZone: 'Mars/Base' }), /timeZone/);
});
