/** What the vendor lets one account do (its limits page of 2026). Facts as data. */
import type { Frequency, PipelineBody } from './pipeline.ts';

/** Pipelines that are active at the same time. */
export const mostActive = 5;
export const mostColumns = 100;

const million = 1_000_000;
const perInterval: Readonly<Record<Frequency, number>> = {
  hourly: 5 * million,
  daily: 120 * million,
  weekly: 200 * million,
  monthly: 200 * million,
};
const perRequest = 120 * million;

/** Rows of one run. */
export function mostRows({ schedule: { type, frequency } }: Pick<PipelineBody, 'schedule'>): number {
  return type === 'interval' && frequency ? perInterval[frequency] : perRequest;
}

/** How far back the ticks of a schedule are made up for that began before its pipeline. */
export const catchUp: Readonly<Record<Frequency, string>> = { hourly: '7d', daily: '183d', weekly: '3y', monthly: '5y' };
