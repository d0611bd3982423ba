/** Hooks as people write them: strings of JavaScript, each of which evaluates to a function. */
import { z } from 'zod';

export const hooks = z
  .strictObject({
    columnHooks: z.array(z.strictObject({ fieldName: z.string(), callback: z.string() })),
    rowHooks: z.array(z.string()),
    bulkRowHooks: z.array(z.string()),
    batchRowHooks: z.array(z.string()),
    rowDeleteHooks: z.array(z.string()),
    stepHooks: z.array(
      z.strictObject({
        type: z.enum(['UPLOAD_STEP', 'REVIEW_STEP', 'REVIEW_STEP_POST_HOOKS', 'REVIEW_STEP_PRE_SUBMIT']),
        callback: z.string(),
      }),
    ),
    beforeFinishCallback: z.string().nullable(),
  })
  .partial();

export type HookSources = z.output<typeof hooks>;

/** Is there one at all? */
export const hasHooks = (given: HookSources): boolean =>
  Object.values(given).some((one) => (Array.isArray(one) ? one.length > 0 : one !== null && one !== undefined));
