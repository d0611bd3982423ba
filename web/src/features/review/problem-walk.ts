/** From one problem to the next: the server knows where it is, also where rows are not here. */
import { texts } from '../../texts.ts';
import type { Spot } from '../grid/selection.ts';
import { rowsBetween } from './edits.ts';
import type { Session } from './session.ts';

export interface Found extends Spot {
  /** Which of how many, counted from 1. */
  readonly at: number;
  readonly of: number;
}

/** Before the first cell, for who has not moved yet: the first cell may be the first one that is wrong. */
export const beginning: Spot = { row: -1, col: 0 };

/** `undefined`: there is no further one. `column` = the only one to look at. */
export async function nextProblem(
  session: Session,
  from: Spot,
  direction: 'next' | 'previous',
  column: string | undefined,
): Promise<Found | undefined> {
  const { state, view } = session.snapshot;
  const at = session.columnAt(from.col)?.id;
  if (!state || !view || at === undefined) return undefined;
  const found = await session.client.problem(view.id, { from: from.row, at, column, direction });
  if (found.position === null) return undefined;
  await rowsBetween(session, found.position, found.position);
  const place = state.columns.findIndex(({ id }) => id === found.column);
  if (!session.places.includes(place)) showAgain(session, found.column ?? '');
  return { row: found.position, col: Math.max(0, session.places.indexOf(place)), at: found.at ?? 0, of: found.of ?? 0 };
}

/** What is wrong must be seen. */
function showAgain(session: Session, column: string): void {
  const { arrangement, state } = session.snapshot;
  session.arrange({ ...arrangement, hidden: arrangement.hidden.filter((id) => id !== column) });
  session.say('info', texts.view.shownAgain(state?.columns.find(({ id }) => id === column)?.label ?? ''));
}
