/** The process that runs hooks: one at a time, for one import. Ends when its parent does, which also ends it after a hook that had to be stopped. */
import { Interpreter } from './interpreter.ts';
import type { Ask, Message } from './messages.ts';

const tell = (message: Message): void => {
  // A parent that is gone needs no answer.
  process.send?.(message, undefined, {}, () => undefined);
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
  tell({ id: ask.id, ...interpreter.run(ask) });
}

tell({ ready: true });
