/** A question with a name: those of the same name have the same answer. */
export type Shared<V> = (name: string, ask: () => Promise<V>) => Promise<V>;

/**
 * What many ask at once is asked once, and again for those who came while the question was out: an answer is never older than the
 * request that it is given to.
 */
export function together<V>(): Shared<V> {
  const out = new Map<string, Promise<V>>();
  const next = new Map<string, Promise<V>>();
  function send(name: string, ask: () => Promise<V>): Promise<V> {
    next.delete(name);
    const answer = ask().finally(() => {
      if (out.get(name) === answer) out.delete(name);
    });
    out.set(name, answer);
    return answer;
  }
  return (name, ask) => {
    const before = out.get(name);
    if (!before) return send(name, ask);
    const known = next.get(name);
    if (known) return known;
    const again = (): Promise<V> => send(name, ask);
    // Whatever became of the one before.
    const later = before.then(again, again);
    next.set(name, later);
    return later;
  };
}
