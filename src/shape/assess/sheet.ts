/** The rows of an import as hooks see them: a column as it came, or records with what their texts mean. */
import type { Meaning } from '../../domain/meaning.ts';
import type { Cell, Change, Identity, Info, Rows, SelectOption, Value } from '../../hooks/cells.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import type { Duck } from '../../sdk/index.ts';
import { layered, type FedField, type Part } from './cells.ts';
import { latestSql, type Changed } from './changed.ts';

export interface SheetOf {
  readonly duck: Duck;
  readonly fields: readonly FedField[];
  readonly parts: readonly Part[];
  readonly changed: Changed;
  /** Of rows that hooks have added. */
  readonly ids: ReadonlyMap<number, string>;
  /** `texts`: what came; `cells`: what it means. */
  readonly from: 'texts' | 'cells';
  /** The column of `texts` that hooks know rows by: `place` where these are only some of the rows. */
  readonly index: 'i' | 'place';
  readonly count: number;
  /** Before cells are read. */
  ready(): Promise<void>;
  /** What was changed is seen by whoever reads from now on. */
  settle(): Promise<void>;
}

type CellPart = Exclude<Cell, string | null>;
type Row = readonly (string | null)[];

/** Those that hooks run over side by side, and one that is read ahead. */
const batchesAtWork = 3;

/** What was written since a batch began: column → row. */
interface Overlay {
  readonly from: number;
  readonly columns: Map<number, Map<number, Change>>;
}

/** How a row is called, whatever its place is. */
export const rowId = (n: number, ids: ReadonlyMap<number, string>): string => ids.get(n) ?? `row-${n}`;

export class Sheet implements Rows {
  readonly count: number;
  readonly fields: readonly string[];
  readonly manyToOne: ReadonlySet<string>;
  readonly #of: SheetOf;
  /** Index → `i`, where they differ. */
  readonly #places = new Map<number, number>();
  /** Of the last batches that were begun. */
  #overlays: readonly Overlay[] = [];

  constructor(of: SheetOf) {
    this.#of = of;
    this.count = of.count;
    this.fields = of.fields.map(({ field }) => field.name);
    this.manyToOne = new Set(of.fields.flatMap(({ field, many }) => (many ? [field.name] : [])));
  }

  async identities(from: number, to: number): Promise<readonly Identity[]> {
    if (!this.#overlays.some((one) => one.from === from))
      this.#overlays = [...this.#overlays, { from, columns: new Map() }].slice(-batchesAtWork);
    const { duck, index: named, ids } = this.#of;
    const rows = await duck.rows(`select i, n, ${named} from texts where i >= ${from} and i < ${to} order by i`);
    return rows.map(([i, n, index]) => {
      if (named !== 'i') this.#places.set(Number(index), Number(i));
      return { index: Number(index), rowId: rowId(Number(n), ids) };
    });
  }

  async cells(name: string, from: number, to: number): Promise<readonly Cell[]> {
    const fed = this.#of.fields.find(({ field }) => field.name === name);
    if (!fed) return [];
    await this.#of.ready();
    const columns: (readonly Cell[])[] = [];
    for (const part of this.#of.parts.filter((one) => one.fed === fed)) columns.push(await this.#column(part, from, to));
    const [first = []] = columns;
    return fed.many ? first.map((_, at) => together(columns.map((column) => column[at] ?? null))) : first;
  }

  async #column(part: Part, from: number, to: number): Promise<readonly Cell[]> {
    const { duck, changed, from: table } = this.#of;
    const { column, raw, result, cell, fed } = part;
    const has = { note: changed.has('note', column), options: changed.has('options', column) };
    const shown = table === 'texts' ? [raw] : [cell.text, ...(fed.field.means ? [result] : [])];
    const more = [...(has.note ? ['notes.x as "$notes"'] : []), ...(has.options ? ['options.x as "$options"'] : [])];
    const joins = `${has.note ? ` left join (${latestSql('note', column)}) notes on notes.n = t.n` : ''}${has.options ? ` left join (${latestSql('options', column)}) options on options.n = t.n` : ''}`;
    const rows = await duck.rows(
      `select ${[...shown.map((name) => `t.${name}`), ...more].join(', ')} from ${table} t${joins} where t.i >= ${from} and t.i < ${to} order by t.i`,
    );
    const overlay = this.#overlays.find((one) => one.from === from)?.columns.get(column);
    const read = this.#of.from === 'texts' ? (row: Row): Cell => row[0] ?? '' : readerOf(fed.field.means, shown.length, has);
    const meant = shown.length > 1 && overlay ? await this.#meant(part, overlay) : undefined;
    return rows.map((row, at) => {
      const change = overlay?.get(from + at);
      if (!change) return read(row);
      const { value: _written, ...more } = change;
      const now = has.options && row.at(-1) != null ? undefined : meant?.get(from + at);
      return now ? patched(read([...now, ...row.slice(shown.length)]), more) : patched(read(row), change);
    });
  }

  /** What texts mean that hooks have written since: row → `[shown, result]`. Of a cell with options of its own nobody knows it yet. */
  async #meant(part: Part, written: ReadonlyMap<number, Change>): Promise<ReadonlyMap<number, Row>> {
    const { raw, result, cell, fed } = part;
    const texts = [...written].flatMap(([row, { value, selectOptions }]) => {
      if (value === undefined || selectOptions) return [];
      const text = textOf(value, fed.field.means);
      return [`(${row}, ${text === null ? 'cast(null as VARCHAR)' : quoteText(text)})`];
    });
    if (texts.length === 0) return new Map();
    const from = layered(`(select * from (values ${texts.join(', ')}) as v(n, ${raw}))`, [part]);
    const rows = await this.#of.duck.rows(`select n, ${cell.text}, ${result} from ${from}`);
    return new Map(rows.map(([row, ...now]) => [Number(row), now]));
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      const fed = this.#of.fields.find(({ field }) => field.name === change.field);
      const column = fed?.columns[change.part ?? 0];
      if (fed === undefined || column === undefined) continue;
      const row = this.#places.get(change.row) ?? change.row;
      const columns = this.#overlays.findLast(({ from }) => from <= row)?.columns;
      const written = columns?.get(column) ?? new Map<number, Change>();
      columns?.set(column, written);
      written.set(row, { ...written.get(row), ...change });
      const { changed } = this.#of;
      if (change.value !== undefined) await changed.add(row, column, 'value', textOf(change.value, fed.field.means));
      if (change.info) await changed.add(row, column, 'note', JSON.stringify(change.info));
      if (change.selectOptions) await changed.add(row, column, 'options', JSON.stringify(change.selectOptions));
    }
  }

  async settle(): Promise<void> {
    this.#overlays = [];
    await this.#of.settle();
  }
}

const together = (parts: readonly Cell[]): Cell => {
  const all = parts.map((part): CellPart =>
    part === null || typeof part === 'string' ? { value: part, resultValue: part } : part,
  );
  return {
    value: all.map(({ value }) => (value === null ? null : String(value))),
    // Lists of several columns are one list.
    resultValue: all.flatMap(({ resultValue }) => resultValue),
    manyToOne: all,
  };
};

/** Several values of one cell are one text, as a file would have it. */
function textOf(value: Value, means: Meaning | undefined): string | null {
  if (!Array.isArray(value)) return value as string | null; // all that is left
  const between = means?.is === 'multi-select' ? (means.delimiter ?? ',') : ', ';
  return value.map((one: string | null) => one ?? '').join(between);
}

function patched(found: Cell, { value, info, selectOptions }: Change): Cell {
  if (value !== undefined && !info && !selectOptions && (found === null || typeof found === 'string')) {
    return typeof value === 'object' && value !== null ? { value, resultValue: value } : value;
  }
  const before = found !== null && typeof found === 'object' ? found : { value: found, resultValue: found };
  return {
    ...before,
    ...(value !== undefined && { value, resultValue: value }),
    ...(info && { info }),
    ...(selectOptions && { selectOptions }),
  };
}

/** Of a row `[shown, result?, notes?, options?]`. */
function readerOf(
  means: Meaning | undefined,
  width: number,
  has: { readonly note: boolean; readonly options: boolean },
): (row: Row) => Cell {
  const [note, options] = [has.note ? width : -1, has.options ? width + Number(has.note) : -1];
  return (row) => {
    const value = row[0] ?? '';
    const resultValue = means ? resultOf(means, row[1] ?? null) : value;
    const [notes, own] = [row[note], row[options]];
    if (notes == null && own == null && resultValue === value) return value;
    return {
      value,
      resultValue,
      ...(notes != null && { info: JSON.parse(notes) as readonly Info[] }), // as `write` wrote it
      ...(own != null && { selectOptions: JSON.parse(own) as readonly SelectOption[] }), // as `write` wrote it
    };
  };
}

/** As a client would get it. */
function resultOf(means: Meaning, result: string | null): CellPart['resultValue'] {
  if (result === null) return null;
  if (means.is === 'number' && means.output === undefined) return Number(result);
  if (means.is === 'checkbox') return result === 'true';
  return means.is === 'multi-select' ? (JSON.parse(result) as readonly string[]) : result; // our own list
}
