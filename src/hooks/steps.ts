/** Hooks that see no rows in particular: those of a step, and the one before the end. */
import type { Json } from '../domain/json.ts';
import { instructedOf, parsed, type Instructed } from './changes.ts';
import { HookError } from './failure.ts';
import { beforeFinish, stepHooks, type Hook, type Hooks, type StepType } from './hooks.ts';
import type { StepInput } from './inside-steps.ts';
import type { Sandbox } from './sandbox.ts';

/** Does what a hook has asked of its instance, before the next hook of the step is asked. `addRows` has rows and their new ids. */
export type Apply = (instructions: Instructed['calls'], hook: Hook) => Promise<void>;

/** All hooks of a step, in order. `data` is asked for before each, since the one before it may have changed it. Throws `HookError`s. */
export async function runStepHooks(
  sandbox: Sandbox,
  hooks: Hooks,
  step: StepType,
  data: () => Promise<Json>,
  apply: Apply,
): Promise<void> {
  for (const hook of stepHooks(hooks).filter((of) => of.step === step)) {
    const { calls } = await run(sandbox, hook, [await data()], false);
    await apply(calls, hook);
  }
}

/**
 * The hook before the end, where there is one: `data` are the rows as they would be delivered. `cancel` keeps the import open, with its
 * `message`. Throws `HookError`s, `hook.rows` where there are more rows than it may be given.
 */
export async function runBeforeFinish(
  sandbox: Sandbox,
  hooks: Hooks,
  data: readonly Json[],
  metadata: Json,
  apply: Apply,
): Promise<{ readonly cancel: boolean; readonly message: string | null }> {
  const [hook] = beforeFinish(hooks);
  if (!hook) return { cancel: false, message: null };
  const { bulkRows } = sandbox.limits;
  if (data.length > bulkRows)
    throw new HookError('hook.rows', hook, `it would be given ${data.length} rows at once, and ${bulkRows} are allowed`);
  const { calls, returned } = await run(sandbox, hook, [data, metadata], true);
  await apply(calls, hook);
  return returned ?? { cancel: false, message: null };
}

async function run(sandbox: Sandbox, hook: Hook, data: readonly Json[], instanceLast: boolean): Promise<Instructed> {
  const input: StepInput = { data, instanceLast, newRows: `${hook.step ?? 'FINISH'}-${hook.index + 1}-` };
  const answer = await sandbox.run(hook, { entry: 'runStep', input: JSON.stringify(input), columns: [] }, []);
  const instructed = 'text' in answer ? instructedOf(parsed(answer.text)) : undefined;
  if (instructed) return instructed;
  throw new HookError('hook.failed', hook, 'what it asked of its instance is no plain data, or too much of it');
}
