/** One hook over one batch of rows: only the fields that it touches cross the border. */
import type { Cell, Change, Identity, Rows } from './cells.ts';
import { changesOf } from './changes.ts';
import { HookError } from './failure.ts';
import type { Hook } from './hooks.ts';
import type { BatchInput } from './inside.ts';
import type { Entry } from './messages.ts';
import { between, packNumbers, packTexts } from './packed.ts';
import type { Sandbox } from './sandbox.ts';

/** A hook that touches more fields than this gets them all: each field that it turns out to need costs a new beginning of the batch. */
const fewFields = 16;

export interface Batch {
  readonly entry: Exclude<Entry, 'runStep'>;
  readonly from: number;
  readonly to: number;
  /** The hook's second argument; null = what it returns does not matter. */
  readonly argument: BatchInput['argument'];
}

/** Runs one hook, batch by batch. What it touched once crosses with its next batches from the start. */
export class Crossing {
  readonly #sandbox: Sandbox;
  readonly #hook: Hook;
  readonly #rows: Rows;
  readonly #touched = new Set<number>();

  constructor(sandbox: Sandbox, hook: Hook, rows: Rows) {
    this.#sandbox = sandbox;
    this.#hook = hook;
    this.#rows = rows;
  }

  /** What the hook changes. Throws `HookError`s. */
  async run({ entry, from, to, argument }: Batch): Promise<readonly Change[]> {
    const { fields, manyToOne } = this.#rows;
    const ids = await this.#rows.identities(from, to);
    const indexes = ids.map(({ index }) => index);
    const rowIds = writtenIds(ids);
    const columns: (string | null)[] = fields.map(() => null);
    for (;;) {
      for (const place of this.#touched) {
        const field = fields[place];
        if (field !== undefined) columns[place] ??= written(await this.#rows.cells(field, from, to));
      }
      const many = fields.filter((field) => manyToOne.has(field));
      const input = this.#input(indexes, fields, many, argument, !columns.includes(null));
      const answer = await this.#sandbox.run(this.#hook, { entry, input, columns: [...columns, rowIds] }, indexes);
      if ('text' in answer) return this.#changes(answer.text, indexes, fields);
      const missing = answer.needs.filter((place) => columns[place] === null);
      if (missing.length === 0) throw this.#disorder();
      for (const place of missing) this.#touched.add(place);
      if (this.#touched.size > fewFields) for (const place of fields.keys()) this.#touched.add(place);
    }
  }

  /** A column hook over a slice of one column, or of one of the columns that a field is made of. */
  async runColumn(field: string, cells: readonly Cell[], ids: readonly Identity[], part?: number): Promise<readonly Change[]> {
    const indexes = ids.map(({ index }) => index);
    const input = this.#input(indexes, [field], [], null, true);
    const run = { entry: 'runColumn', input, columns: [written(cells), writtenIds(ids)] } as const;
    const answer = await this.#sandbox.run(this.#hook, run, indexes);
    if (!('text' in answer)) throw this.#disorder();
    const changes = this.#changes(answer.text, indexes, [field]);
    return part === undefined ? changes : changes.map((change) => ({ ...change, part }));
  }

  #input(
    indexes: readonly number[],
    fields: readonly string[],
    manyToOne: readonly string[],
    argument: BatchInput['argument'],
    whole: boolean,
  ): string {
    const input: BatchInput = {
      indexes: packNumbers(indexes),
      fields,
      manyToOne,
      argument,
      whole,
      rowOutputLength: this.#sandbox.limits.rowOutputLength,
    };
    return JSON.stringify(input);
  }

  #changes(text: string, indexes: readonly number[], fields: readonly string[]): readonly Change[] {
    const changes = changesOf(text, { indexes, fields });
    if (!changes) throw this.#disorder();
    return changes;
  }

  #disorder(): HookError {
    return new HookError('hook.failed', this.#hook, 'what came out of it is no answer: it has replaced parts of the language');
  }
}

/** As the interpreter's own half reads them. */
function written(cells: readonly Cell[]): string {
  const texts = cells.every((cell) => typeof cell === 'string') ? packTexts(cells, between) : undefined;
  return texts === undefined ? JSON.stringify(cells) : between + texts;
}

const writtenIds = (ids: readonly Identity[]): string => written(ids.map(({ rowId }) => rowId));
