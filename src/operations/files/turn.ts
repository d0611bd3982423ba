/** Chunks of all uploads that are summed and handed on before everybody else in this process is heard again. */
const most = 2;

let taken = 0;
const waiting: (() => void)[] = [];

/** Resolves when the next chunk may be taken: many uploads at once are as slow as they are, and nobody else is. */
export async function turn(): Promise<void> {
  if (taken === 0 && waiting.length === 0) setImmediate(next);
  taken += 1;
  if (taken > most) await new Promise<void>((go) => void waiting.push(go));
}

function next(): void {
  const going = waiting.splice(0, most);
  taken = going.length;
  if (taken > 0) setImmediate(next);
  for (const go of going) go();
}
