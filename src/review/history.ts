/** What can be undone and redone, from the kinds of the log alone: undo takes the last edit that stands, redo gives back the last that was taken. */
import type { Entry } from './edit.ts';

export class History {
  readonly #done: number[] = [];
  #undone: number[] = [];

  add(seq: number, { kind }: Pick<Entry, 'kind'>): void {
    if (kind === 'undo') {
      const last = this.#done.pop();
      if (last !== undefined) this.#undone.push(last);
    } else if (kind === 'redo') {
      const last = this.#undone.pop();
      if (last !== undefined) this.#done.push(last);
    } else if (kind !== 'told') {
      this.#undone = [];
      if (kind === 'reread') this.#done.length = 0;
      else this.#done.push(seq);
    }
  }

  get counts(): { readonly undo: number; readonly redo: number } {
    return { undo: this.#done.length, redo: this.#undone.length };
  }

  /** The edit that is meant; undefined = there is none. */
  next(kind: 'undo' | 'redo'): number | undefined {
    return (kind === 'undo' ? this.#done : this.#undone).at(-1);
  }
}
