/** Runs the real command line of a point, and says what a person would conclude from its end. */
import { codes } from '../../src/domain/codes.ts';
import { launch, type RunResult } from '../support/run.ts';
import type { Rig } from './rig.ts';
import { optionsOf } from './scenario.ts';

/** No run here takes seconds; one that hangs must not stop the harness. */
const patience = 60_000;

export interface Started {
  readonly kill: () => void;
  readonly ended: Promise<RunResult>;
}

export function start(rig: Rig, command: 'sync' | 'verify', env: Readonly<Record<string, string>> = {}): Started {
  const { sourceLocation, place, scenario, stateDir } = rig;
  const args = [command, sourceLocation, place.location, ...optionsOf(scenario), '--json', '--debug'];
  const { child, done } = launch(args, { stateDir, env });
  const timer = setTimeout(() => child.kill('SIGABRT'), patience);
  const ended = done
    .finally(() => clearTimeout(timer))
    .then((result) => {
      if (result.killed === 'SIGABRT') throw new Error(`${command} did not end within ${patience / 1000} s`);
      return result;
    });
  ended.catch(() => undefined); // awaited later
  return { kill: () => void child.kill('SIGKILL'), ended };
}

/** The code of the error that a command ended with; absent where it succeeded. Throws for an end that needs a person. */
export function failureOf(result: RunResult): string | undefined {
  if (result.code === 0) return undefined;
  const code = errorCode(result);
  const known = code !== undefined && Object.hasOwn(codes, code) ? codes[code as keyof typeof codes] : undefined; // just checked
  if (result.code === 1 && known?.retry === 'later' && code !== 'internal.unexpected') return code;
  throw new Error(`the command ended with ${result.code ?? result.killed} and ${code ?? 'no code'}:\n${tail(result)}`);
}

/** An error before any stream has a line of its own; after that the receipt carries it. */
function errorCode({ json }: RunResult): string | undefined {
  for (const line of json.toReversed()) {
    const holder = 'error' in line ? line['error'] : line;
    if (holder !== null && typeof holder === 'object' && 'code' in holder && typeof holder.code === 'string') return holder.code;
  }
  return undefined;
}

export const tail = ({ stdout, stderr }: RunResult): string =>
  `${stdout.trimEnd().split('\n').slice(-2).join('\n')}\n${stderr.trimEnd().split('\n').slice(-12).join('\n')}`;

const tries = 5;

/** The same command again and again, until it ends with 0. Resolves to the codes of those that did not. */
export async function repeat(rig: Rig): Promise<readonly string[]> {
  const failures: string[] = [];
  while (failures.length < tries) {
    const failure = failureOf(await start(rig, 'sync').ended);
    if (failure === undefined) return failures;
    failures.push(failure);
  }
  throw new Error(`the command failed ${tries} times: ${failures.join(', ')}`);
}
