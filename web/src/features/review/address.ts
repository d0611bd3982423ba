/** Which rows are looked at, kept in the address: a reload opens the same ones. The token is never part of this. */
import type { Filter, State, ViewRequest } from '../../api/wire.ts';

const filters: readonly Filter[] = ['all', 'errors', 'warnings', 'edited', 'removed'];

/** `hash`: with or without its `#`. `undefined` = it says nothing about rows. */
export function fromHash(hash: string): ViewRequest | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const filter = filters.find((name) => name === given.get('show'));
  if (!filter) return undefined;
  const [column, message, search] = [given.get('column'), given.get('problem'), given.get('search')];
  return { filter, ...(column && { column }), ...(message && { message }), ...(search && { search }) };
}

export function toHash({ filter, column, message, search }: ViewRequest): string {
  const said = { show: filter, ...(column && { column }), ...(message && { problem: message }), ...(search && { search }) };
  return `#${new URLSearchParams(said)}`;
}

/** What to open with: the rows that need somebody. */
export function firstRequest({ counts, columns }: Pick<State, 'counts' | 'columns'>, hash: string): ViewRequest {
  const kept = fromHash(hash);
  if (kept && (kept.column === undefined || columns.some(({ id }) => id === kept.column))) return kept;
  return { filter: counts.invalid > 0 ? 'errors' : counts.warned > 0 ? 'warnings' : 'all' };
}
