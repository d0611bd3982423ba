/** What will happen to the rows when a review ends. Pure. */
import type { AssessTask } from '../domain/run.ts';
import { dataBlocks } from '../shape/assess/blocks.ts';
import type { ReviewCounts } from './counts.ts';
import { grouped } from '../domain/count.ts';

export interface Ending {
  readonly deliver: number;
  readonly drop: number;
  readonly blocked: boolean;
  /** Why it cannot end. */
  readonly code?: string;
  readonly message: string;
}

const many = (count: number, one: string): string => `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;

export function endingOf(
  { rows, invalid }: Pick<ReviewCounts, 'rows' | 'invalid'>,
  { deliver: how, hold }: Pick<AssessTask, 'deliver' | 'hold'>,
): Ending {
  const drop = how === 'valid' ? invalid : 0;
  const deliver = rows - drop;
  const [block] = dataBlocks({ rows, invalid, delivered: deliver }, hold);
  const message = block?.message ?? sentence({ deliver, drop, invalid }, how);
  return { deliver, drop, blocked: block !== undefined, ...(block && { code: block.code }), message };
}

function sentence(
  { deliver, drop, invalid }: { deliver: number; drop: number; invalid: number },
  how: AssessTask['deliver'],
): string {
  const delivered = `${many(deliver, 'row')} will be delivered`;
  if (invalid === 0) return `${delivered}; none has errors.`;
  if (drop > 0) return `${delivered}; ${many(drop, 'row')} with errors will be left out.`;
  const what = how === 'raw' ? 'what could not be understood stays as it is' : 'what could not be understood becomes empty';
  return `${delivered}, ${many(invalid, 'row')} of them with errors: ${what}.`;
}
