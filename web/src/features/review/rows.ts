/** Rows of one view that are here: pages around what is looked at, the least recently seen ones forgotten. */
import type { Row, RowId } from '../../api/wire.ts';

const pageRows = 100;
const mostPages = 60;

export class RowPages {
  /** By number of the page; the order of the map is that of use. */
  readonly #pages = new Map<number, (Row | undefined)[]>();
  readonly #positions = new Map<RowId, number>();

  row(position: number): Row | undefined {
    return this.#pages.get(Math.floor(position / pageRows))?.[position % pageRows];
  }

  position(id: RowId): number | undefined {
    return this.#positions.get(id);
  }

  /** The row as it is known now. */
  newest(row: Row): Row {
    const position = this.#positions.get(row.id);
    return (position !== undefined && this.row(position)) || row;
  }

  /** Pages that are needed for these positions and not here, those in view before those around them. */
  missing(first: number, last: number, total: number): { offset: number; limit: number }[] {
    const end = Math.min(last, total - 1);
    const pages = new Set<number>();
    for (let page = Math.floor(first / pageRows); page <= Math.floor(end / pageRows); page += 1) pages.add(page);
    pages.add(Math.floor((end + pageRows) / pageRows));
    pages.add(Math.floor((first - pageRows) / pageRows));
    const wanted = [...pages].filter((page) => page >= 0 && page * pageRows < total && !this.#pages.has(page));
    return wanted.map((page) => ({ offset: page * pageRows, limit: pageRows }));
  }

  keep(offset: number, rows: readonly Row[]): void {
    const page = offset / pageRows;
    this.#pages.delete(page);
    this.#pages.set(page, [...rows]);
    rows.forEach(({ id }, index) => this.#positions.set(id, offset + index));
    for (const [oldest, forgotten] of this.#pages) {
      if (this.#pages.size <= mostPages) break;
      this.#pages.delete(oldest);
      forgotten.forEach((row) => row && this.#positions.delete(row.id));
    }
  }

  /** A row as it is now, where it is here. */
  put(row: Row): void {
    const position = this.#positions.get(row.id);
    const page = position === undefined ? undefined : this.#pages.get(Math.floor(position / pageRows));
    if (page && position !== undefined) page[position % pageRows] = row;
  }

  /** The offsets of pages that hold one of these rows. */
  pagesOf(ids: readonly RowId[] | 'all'): number[] {
    const pages =
      ids === 'all'
        ? this.#pages.keys()
        : ids.flatMap((id) => this.#positions.get(id) ?? []).map((position) => Math.floor(position / pageRows));
    return [...new Set(pages)].map((page) => page * pageRows);
  }

  /** Forgets pages far from those in view: they are asked for again when they are looked at. */
  forget(offsets: readonly number[]): void {
    for (const offset of offsets) this.#pages.delete(offset / pageRows);
  }
}

export { pageRows };
