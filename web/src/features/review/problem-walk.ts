/** From one problem to the next: first through the rest of the row, then the server knows the next row that has one. */
import type { Row } from '../../api/wire.ts';
import type { Spot } from '../grid/selection.ts';
import { rowsBetween } from './edits.ts';
import type { Session } from './session.ts';

export interface Found extends Spot {
  readonly at: number;
  readonly of: number;
}

const isWrong = (row: Row, col: number): boolean =>
  !row.removed && (row.cells[col]?.m?.some(({ level }) => level === 'error') ?? false);

function within(row: Row | undefined, cols: readonly number[], direction: 'next' | 'previous'): number | undefined {
  const ordered = direction === 'next' ? cols : cols.toReversed();
  return row && ordered.find((col) => isWrong(row, col));
}

/** `undefined`: there is no further one. `column` = the only one to look at. */
export async function nextProblem(
  session: Session,
  from: Spot,
  direction: 'next' | 'previous',
  column: string | undefined,
): Promise<Found | undefined> {
  const { state, view } = session.snapshot;
  if (!state || !view) return undefined;
  const cols = state.columns.flatMap(({ id }, col) => (column === undefined || id === column ? [col] : []));
  const beside = cols.filter((col) => (direction === 'next' ? col > from.col : col < from.col));
  const here = within(session.rows.row(from.row), beside, direction);
  const ask = { column, direction, from: here === undefined ? from.row : direction === 'next' ? from.row - 1 : from.row + 1 };
  const answer = await session.client.problem(view.id, ask);
  const place = { at: answer.at ?? 0, of: answer.of ?? 0 };
  if (here !== undefined) return { row: from.row, col: here, ...place };
  if (answer.position === null) return undefined;
  const [row] = await rowsBetween(session, answer.position, answer.position);
  const named = state.columns.findIndex(({ id }) => id === answer.column);
  return { row: answer.position, col: within(row, cols, direction) ?? Math.max(0, named), ...place };
}
