/** Are these hooks functions at all? Asked before anything is kept. */
import { hasHooks, type HookSources } from '../../domain/fields/hooks.ts';
import { allHooks, pathOf, type Hooks } from '../../hooks/hooks.ts';
import { HookError } from '../../hooks/failure.ts';
import { defaultHookLimits } from '../../hooks/limits.ts';
import { Sandbox } from '../../hooks/sandbox.ts';
import type { Ports } from '../operation.ts';

export interface HookProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** As hooks are run: what is null is not there. */
export function hooksOf({ beforeFinishCallback, ...rest }: HookSources): Hooks {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { ...given, ...(beforeFinishCallback != null && { beforeFinishCallback }) };
}

/** Where hooks of an import run: with the network that the operator lets them have. */
export const openSandbox = ({ hookFetch }: Pick<Ports, 'hookFetch'>, signal?: AbortSignal): Sandbox =>
  new Sandbox(undefined, signal, hookFetch);

/** In a review others wait meanwhile. */
const reviewWaitMs = 5000;

export const openReviewSandbox = ({ hookFetch }: Pick<Ports, 'hookFetch'>, signal?: AbortSignal): Sandbox =>
  new Sandbox({ ...defaultHookLimits, fetchWaitMs: reviewWaitMs }, signal, hookFetch);

export async function hookProblems(sources: HookSources): Promise<readonly HookProblem[]> {
  if (!hasHooks(sources)) return [];
  await using sandbox = new Sandbox();
  const found: HookProblem[] = [];
  for (const hook of allHooks(hooksOf(sources))) {
    await sandbox.check(hook).catch((error: unknown) => {
      if (!(error instanceof HookError) || error.code === 'hook.lost') throw error;
      found.push({ path: pathOf(hook), message: `${error.message}${error.said === undefined ? '' : `: ${error.said}`}` });
    });
  }
  return found;
}
