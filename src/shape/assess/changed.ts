/** What hooks have changed, on its way into the tables: values at once, messages and options when they are asked for. */
import { writeFile } from 'node:fs/promises';
import { readCsv } from '../../sdk/duck-sql.ts';
import type { Duck } from '../../sdk/index.ts';
import { columnName } from './cells.ts';

/** `note`: JSON of all messages of the cell; `options`: JSON of the options that replace those of its field. */
export type ChangeKind = 'value' | 'note' | 'options';

/** So many are written to disk together. */
const together = 50_000;
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const schema = {
  fields: ['s', 'i', 'c', 'k', 'x'].map((name) => ({ name, type: { kind: 'text' as const }, nullable: true })),
};
const types = ['BIGINT', 'BIGINT', 'INTEGER', 'VARCHAR', 'VARCHAR'];

/** Rows are known by `n` in the table `hooked`: their place may change. */
export class Changed {
  readonly #duck: Duck;
  readonly #path: string;
  #lines: string[] = [];
  #seq = 0;
  readonly #columns: Readonly<Record<ChangeKind, Set<number>>> = { value: new Set(), note: new Set(), options: new Set() };
  /** Columns that ever got a value, or of which something was said. */
  readonly written = new Set<number>();

  private constructor(duck: Duck, path: string) {
    this.#duck = duck;
    this.#path = path;
  }

  /** `path`: of a file that may be made. */
  static async open(duck: Duck, path: string): Promise<Changed> {
    await duck.run('create or replace temp table hooked (s BIGINT, n BIGINT, c INTEGER, k VARCHAR, x VARCHAR)');
    return new Changed(duck, path);
  }

  /** What was said before of cells: `query` of their `n`, column `c` and text `x`. What comes later takes its place. */
  async take(kind: ChangeKind, query: string): Promise<void> {
    await this.#duck.run(`insert into hooked select 0, n, c, '${kind}', x from (${query})`);
    for (const [column] of await this.#duck.rows(`select distinct c from hooked where k = '${kind}'`))
      this.#columns[kind].add(Number(column));
  }

  async add(row: number, column: number, kind: ChangeKind, text: string | null): Promise<void> {
    this.#columns[kind].add(column);
    if (kind === 'value' || (kind === 'note' && text !== '[]')) this.written.add(column);
    this.#lines.push(`${(this.#seq += 1)},${row},${column},${kind},${text === null ? '' : quoted(text)}\n`);
    if (this.#lines.length >= together) await this.flush();
  }

  has(kind: ChangeKind, column: number): boolean {
    return this.#columns[kind].has(column);
  }

  columns(kind: ChangeKind): readonly number[] {
    return [...this.#columns[kind]];
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    await writeFile(this.#path, lines.join(''));
    const read = readCsv([this.#path], schema, { types });
    await this.#duck.run(`insert into hooked select f.s, t.n, f.c, f.k, f.x from ${read} f join texts t on t.i = f.i`);
  }

  /** Puts the values into `texts`. False = there were none. */
  async apply(): Promise<boolean> {
    await this.flush();
    const columns = this.columns('value');
    for (const column of columns) {
      const last = latestSql('value', column);
      await this.#duck.run(`update texts set ${columnName(column)} = h.x from (${last}) h where texts.n = h.n`);
    }
    if (columns.length > 0) await this.#duck.run(`delete from hooked where k = 'value'`);
    this.#columns.value.clear();
    return columns.length > 0;
  }

  /** Of a field that is gone. */
  async forget(columns: readonly number[]): Promise<void> {
    await this.flush();
    if (columns.length > 0) await this.#duck.run(`delete from hooked where c in (${columns.join(', ')})`);
    for (const kind of Object.values(this.#columns)) for (const column of columns) kind.delete(column);
  }
}

/** The last word on each row of a column: `n` and `x`; `since` = only what was said later. */
export const latestSql = (kind: ChangeKind, column: number, since = -1): string =>
  `select n, x from hooked where k = '${kind}' and c = ${column} and s > ${since} qualify row_number() over (partition by n order by s desc) = 1`;
