/** What finishing will do, in words. */
import type { State } from '../../api/wire.ts';
import { plain } from '../../ui/markup.ts';
import { texts } from '../../texts.ts';

type Facts = Pick<State, 'finish' | 'counts'>;

export function finishParts({ finish, counts }: Facts): string[] {
  if (finish.blocked)
    return [counts.invalid > 0 ? texts.finish.blocked(counts.invalid) : plain(finish.message ?? texts.finish.blockedShort)];
  const parts = [texts.finish.deliver(finish.deliver)];
  if (finish.drop > 0) parts.push(texts.finish.drop(finish.drop));
  else if (counts.invalid > 0) parts.push(texts.finish.included(counts.invalid));
  if (counts.removed > 0) parts.push(texts.finish.removed(counts.removed));
  return parts;
}

export function finishSentence(facts: Facts): string {
  const parts = finishParts(facts);
  return facts.finish.blocked ? parts.join('') : `${parts.join(', ')}.`;
}
