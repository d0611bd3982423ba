/** Who in this process looks at a run when something is said about it. */
export class Looks {
  readonly #of = new Map<string, Set<() => void>>();

  /** Until the answer is called. */
  add(run: string, look: () => void): () => void {
    const looks = this.#of.get(run) ?? new Set();
    this.#of.set(run, looks.add(look));
    return () => {
      looks.delete(look);
      if (looks.size === 0 && this.#of.get(run) === looks) this.#of.delete(run);
    };
  }

  tell(run: string): void {
    for (const look of this.#of.get(run) ?? []) look();
  }
}
