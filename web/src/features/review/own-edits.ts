/** What the server has answered to this page's own edits: news of nothing else need no second look. */
import type { Changes, Row, RowId } from '../../api/wire.ts';

export class OwnEdits {
  readonly #rows = new Map<number, ReadonlySet<RowId>>();

  /** An edit made this version of the review; the answer had these rows. */
  made(version: number, rows: readonly Row[]): void {
    this.#rows.set(version, new Set(rows.map(({ id }) => id)));
  }

  /** Is all that has changed behind the version `after` known from answers? What is heard of once is not asked again. */
  cover(after: number, { version, rows }: Pick<Changes, 'version' | 'rows'>): boolean {
    const versions = Array.from({ length: version - after }, (_, at) => after + 1 + at);
    const answers = versions.map((one) => this.#rows.get(one));
    for (const one of this.#rows.keys()) if (one <= version) this.#rows.delete(one);
    return rows !== 'all' && answers.every(Boolean) && rows.every((id) => answers.some((answer) => answer?.has(id)));
  }
}
