/** The step before the end, where hooks may want somebody to confirm it. */
import { z } from 'zod';
import type { Instructed } from '../../hooks/changes.ts';
import { stepHooks } from '../../hooks/hooks.ts';
import { runStepHooks } from '../../hooks/steps.ts';
import { applyCalls, stepData } from './steps.ts';
import type { Work } from './work.ts';

/** What each hook of the step has asked of the import. Plain data. */
export type Asked = readonly Instructed['calls'][];

/** Somebody is there who can be asked. */
export interface Confirming {
  /** Of the same rows, before: it is done again as it was asked for then, and no hook runs twice. */
  readonly asked: Asked | undefined;
  /** The answer to it. */
  readonly confirmed: boolean;
}

/** As the hook said it: markup and all. */
export interface Confirmation {
  readonly text: string;
  /** What the buttons say; null = as usual. */
  readonly submit: string | null;
  readonly cancel: string | null;
}

const step = 'REVIEW_STEP_PRE_SUBMIT';

/** Throws `HookError`s. */
export async function askBeforeEnd(work: Work, known: Asked | undefined): Promise<Asked> {
  const { hooking } = work;
  if (!hooking) return [];
  const { sandbox, hooks } = hooking;
  if (known) {
    const asking = stepHooks(hooks).filter((of) => of.step === step);
    for (const [at, hook] of asking.entries()) await applyCalls(work, known[at] ?? [], hook);
    return known;
  }
  const asked: Instructed['calls'][] = [];
  await runStepHooks(
    sandbox,
    hooks,
    step,
    () => Promise.resolve(stepData(work)),
    async (calls, hook) => {
      asked.push(calls);
      await applyCalls(work, calls, hook);
    },
  );
  return asked;
}

const label = z.string().trim().min(1).max(200).nullable().catch(null);
const message = z.string().max(10_000).regex(/\S/);
const buttons = z.object({ submitButtonText: label, cancelButtonText: label });

/** The last one counts; nothing, or what is no text, takes it back. Pure. */
export function confirmationIn(asked: Asked): Confirmation | undefined {
  const last = asked.flat().findLast(({ method }) => method === 'setConfirmationMessage');
  const text = message.safeParse(last?.arguments[0]).data;
  if (text === undefined) return undefined;
  const said = buttons.safeParse(last?.arguments[1]).data;
  return { text, submit: said?.submitButtonText ?? null, cancel: said?.cancelButtonText ?? null };
}
