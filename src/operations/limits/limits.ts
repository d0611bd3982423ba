import { z } from 'zod';
import { rangeLimits } from '../../domain/range.ts';

const most = z
  .number()
  .int()
  .min(0)
  .max(2 ** 53 - 1)
  .nullable();

/** Null = as much as the server can bear. */
export const limitsView = z.object({
  connections: most,
  pipelines: most.meta({ description: 'Archived ones are not counted' }),
  runs_a_day: most.meta({ description: 'Days are those of UTC; scheduled runs beyond it wait' }),
  rows_a_month: most.meta({ description: 'Rows written; runs that would begin beyond it wait' }),
  storage_bytes: most.meta({ description: 'Of the warehouse and other files; runs that begin beyond it fail' }),
  requests_a_minute: most.unwrap().min(1).nullable().meta({ description: 'Of all keys together, counted by each process' }),
  ranges: rangeLimits
    .nullable()
    .meta({ description: 'Of pipelines whose runs each read a range; null: as their vocabulary has them' }),
});
