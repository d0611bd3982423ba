/** What a run that ended well means, from its receipts and those of the runs before it. Pure. */
import type { Receipt } from './receipt.ts';
import type { Outcome } from './run.ts';

/** Runs that say what is usual; fewer than `least` say nothing. */
export const remembered = 10;
const least = 3;

/** Fewer rows than this are never missed. */
const floor = 20;

/** `before` = the receipts of earlier runs that ended well, the newest first. The worst that is true counts. */
export function outcomeOf(receipts: readonly Receipt[], before: readonly (readonly Receipt[])[]): Outcome {
  if (receipts.some((receipt) => isSuspicious(receipt, readsBefore(receipt, before)))) return 'suspicious';
  if (receipts.some(({ rejected }) => rejected > 0)) return 'with_rejects';
  return receipts.some(({ written, deleted }) => written + deleted > 0) ? 'changed' : 'nothing_new';
}

/** Rows that the same flow read before. What is read from another place, or in another mode, is no measure. */
function readsBefore({ pipeline, mode }: Receipt, before: readonly (readonly Receipt[])[]): readonly number[] {
  return before
    .slice(0, remembered)
    .flatMap((run) => run.filter((one) => one.pipeline === pipeline && one.mode === mode && one.state === 'succeeded'))
    .map(({ read }) => read);
}

/**
 * Far fewer rows than usual: of all rows (snapshot) less than half of what the smallest of the last runs read; of new ones, whose
 * number goes up and down, none where each of the last runs had some.
 */
function isSuspicious({ mode, read }: Receipt, usual: readonly number[]): boolean {
  const smallest = Math.min(...usual);
  if (usual.length < least || smallest < floor) return false;
  return mode.startsWith('snapshot') ? read < smallest / 2 : read === 0;
}
