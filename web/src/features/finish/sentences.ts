/** What finishing will do, in words. */
import type { State } from '../../api/wire.ts';
import { plain } from '../../ui/markup.ts';
import { texts } from '../../texts.ts';

type Facts = Pick<State, 'finish' | 'counts'>;

export function finishParts({ finish, counts }: Facts): string[] {
  if (finish.blocked) return [blockedBy(finish.code, counts.invalid) ?? plain(finish.message ?? texts.finish.blockedShort)];
  const parts = [texts.finish.deliver(finish.deliver)];
  if (finish.drop > 0) parts.push(texts.finish.drop(finish.drop));
  else if (counts.invalid > 0) parts.push(texts.finish.included(counts.invalid));
  if (counts.removed > 0) parts.push(texts.finish.removed(counts.removed));
  return parts;
}

/** The server's reasons in words of the page; undefined = one that it has no words for. */
function blockedBy(code: string | undefined, invalid: number): string | undefined {
  if (code === 'NO_ROWS') return texts.finish.noRows;
  return code === 'INVALID_DATA' || invalid > 0 ? texts.finish.blocked(invalid) : undefined;
}

/** What becomes of texts that are wrong and go along. */
export function wrongTexts({ finish, counts, settings }: Facts & Pick<State, 'settings'>): string | undefined {
  if (finish.blocked || finish.drop > 0 || counts.invalid === 0) return undefined;
  if (settings.invalidDataBehavior === 'INCLUDE_INVALID_ROWS') return texts.finish.emptied;
  return settings.invalidDataBehavior === 'INCLUDE_INVALID_ROWS_AND_VALUES' ? texts.finish.kept : undefined;
}

export function finishSentence(facts: Facts): string {
  const parts = finishParts(facts);
  return facts.finish.blocked ? parts.join('') : `${parts.join(', ')}.`;
}
