/** The end of an import that nobody has to look at: the hooks that may still say no. */
import type { Json } from '../../domain/json.ts';
import { beforeFinish } from '../../hooks/hooks.ts';
import { runBeforeFinish } from '../../hooks/steps.ts';
import { judge, type Judged } from './judge.ts';
import { askBeforeEnd, confirmationIn, type Asked, type Confirmation, type Confirming } from './confirm.ts';
import { placesOf } from './layout.ts';
import { applyCalls } from './steps.ts';
import type { Work } from './work.ts';

/** Somebody has to say yes first, to what these calls have asked for. */
interface Held {
  readonly confirmation: Confirmation;
  readonly asked: Asked;
}

/** `confirming`: absent = nobody is there to be asked. Throws `HookError`s, `rule.timeout`. */
export async function finish(work: Work, judged: Judged, confirming?: Confirming): Promise<Judged & { readonly held?: Held }> {
  const { hooking } = work;
  if (!hooking || judged.blocks.length > 0) return judged;
  const asked = await askBeforeEnd(work, confirming?.asked);
  const before = asked.some((calls) => calls.length > 0) ? await judge(work) : judged;
  if (before.blocks.length > 0) return before;
  const confirmation = confirming && confirmationIn(asked);
  // Only what somebody has read can be confirmed.
  if (confirmation && !(confirming.confirmed && confirming.asked))
    return { ...before, rows: undefined, held: { confirmation, asked } };
  if (beforeFinish(hooking.hooks).length === 0) return before;
  const { sandbox, hooks } = hooking;
  const data = await rowsOf(work, before, sandbox.limits.bulkRows + 1);
  let changed = false;
  const end = await runBeforeFinish(sandbox, hooks, data, metadata(work, before), async (calls, hook) => {
    changed = calls.length > 0;
    await applyCalls(work, calls, hook);
  });
  const after = changed ? await judge(work) : before;
  if (!end.cancel) return after;
  const message = end.message ?? 'A hook has stopped the import';
  return { ...after, blocks: [...after.blocks, { code: 'FINISH_CANCELLED', message }], rows: undefined };
}

async function rowsOf({ duck }: Work, { rows }: Judged, most: number): Promise<readonly Json[]> {
  if (rows === undefined) return [];
  const found = await duck.rows(`${rows} limit ${most}`);
  return found.map(([row]) => JSON.parse(row ?? 'null') as Json); // as we wrote it
}

/** As importers know it. */
function metadata({ task, grid, layout, told }: Work, { errors, invalidRows }: Judged): Json {
  const { id = null, filename = null, importIdentifier = '', user = null, named = false } = task.about;
  const { headers } = grid;
  const plain = {
    id,
    filename,
    importIdentifier,
    user: told['user'] ?? user,
    rowsWithError: invalidRows,
    errors: errors.map(({ part, ...error }) => ({ ...error, ...(part !== undefined && { manyToOneIndex: part }) })),
    rawHeaders: filename === null && named !== true ? null : headers,
    fields: placesOf(headers, layout),
  };
  return JSON.parse(JSON.stringify(plain)) as Json; // plain data
}
