/** What the vendor lets one account do (its limits page of 2026), where the workspace says nothing else. Facts as data. */
import type { RangeLimits } from '../../../domain/range.ts';
import type { Frequency, PipelineBody } from './pipeline.ts';

const million = 1_000_000;

const usual = {
  /** Pipelines that are active at the same time. */
  active: 5,
  /** Columns of a model. */
  fields: 100,
  rows: {
    hourly: 5 * million,
    daily: 120 * million,
    weekly: 200 * million,
    monthly: 200 * million,
    once: 120 * million,
    on_demand: 120 * million,
  },
  /** How far back the ticks of a schedule are made up for that began before its pipeline. */
  catch_up: { hourly: '7d', daily: '183d', weekly: '3y', monthly: '5y' },
} as const;

/** Names of attributes beyond this are cut and values left out; a row with more attributes is refused. */
export const attributeLimits = { name: 256, value: 4096, list: { entries: 1000, entry: 512 } } as const;
export const mostAttributes = 100;

export const mostActive = ({ active }: RangeLimits): number => active ?? usual.active;

export const mostColumns = usual.fields;

/** What the limit on rows of one run is called. */
export const quotaOf = ({ schedule: { type, frequency } }: Pick<PipelineBody, 'schedule'>): keyof typeof usual.rows =>
  type === 'interval' ? (frequency ?? 'hourly') : type;

export const mostRows = (quota: keyof typeof usual.rows): number => usual.rows[quota];

export const catchUp = ({ catch_up }: RangeLimits, frequency: Frequency): string =>
  catch_up?.[frequency] ?? usual.catch_up[frequency];
