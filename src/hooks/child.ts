/** The process that runs hooks: one at a time, for one import. Ends when its parent does, which also ends it after a hook that had to be stopped. */
import { Interpreter } from './interpreter.ts';
import type { Ask, Fetched, Message } from './messages.ts';

// Dates of hooks are those of no place.
process.env['TZ'] = 'UTC';

const tell = (message: Message): void => {
  // A parent that is gone needs no answer.
  process.send?.(message, undefined, {}, () => undefined);
};

process.on('disconnect', () => process.exit(0));
// Ctrl-C at a terminal reaches the whole group; our parent says when it is time.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

let interpreter: Interpreter | undefined;
let fetched: ((answers: readonly string[]) => void) | undefined;
process.on('message', (message) => {
  const said = message as Ask | Fetched; // only our parent writes into this channel
  if ('answers' in said) fetched?.(said.answers);
  else void answer(said);
});

async function answer(ask: Ask): Promise<void> {
  interpreter ??= await Interpreter.start(ask.memoryBytes, (row) => tell({ beat: row }));
  const errands = async (wants: readonly string[]): Promise<readonly string[]> => {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    fetched = resolve;
    tell({ id: ask.id, wants });
    return await promise;
  };
  tell({ id: ask.id, ...(await interpreter.run(ask, errands)) });
}

tell({ ready: true });
