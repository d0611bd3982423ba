/** The process that runs hooks: one at a time, for one import, and none after one that had to be stopped. Ends when its parent does. */
import { Interpreter } from './interpreter.ts';
import type { Ask, Message } from './messages.ts';

/** After these the interpreter cannot be trusted. */
const final: ReadonlySet<string> = new Set(['timeout', 'memory', 'broken']);

const tell = (message: Message, told: () => void = () => undefined): void => {
  // A parent that is gone needs no answer.
  process.send?.(message, undefined, {}, told);
};

process.on('disconnect', () => process.exit(0));
// Ctrl-C at a terminal reaches the whole group; our parent says when it is time.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

let interpreter: Interpreter | undefined;
process.on('message', (message) => {
  const ask = message as Ask; // only our parent writes into this channel
  void answer(ask);
});

async function answer(ask: Ask): Promise<void> {
  interpreter ??= await Interpreter.start(ask.memoryBytes, (row) => tell({ beat: row }));
  const outcome = interpreter.run(ask);
  const ends = 'fault' in outcome && final.has(outcome.fault);
  tell({ id: ask.id, ...outcome }, () => ends && process.exit(0));
}

tell({ ready: true });
