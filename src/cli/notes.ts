import type { Log } from '../sdk/index.ts';
import type { World } from './command.ts';

/** The log of a command: warnings are notes on stderr, everything else shows with --debug. */
export function logTo({ terminal, debug }: Pick<World, 'terminal' | 'debug'>): Log {
  const details = (fields?: Readonly<Record<string, string | number | boolean>>): string =>
    Object.entries(fields ?? {})
      .map(([name, value]) => ` ${name}=${value}`)
      .join('');
  return {
    info: (message, fields) => void (debug && terminal.complain(terminal.notePaint('dim', `${message}${details(fields)}`))),
    warn: (message, fields) => terminal.note(`${terminal.notePaint('yellow', 'warning:')} ${message}${details(fields)}`),
  };
}
