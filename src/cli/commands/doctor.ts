import { asHeadgateError } from '../../domain/error.ts';
import { createContext } from '../../engine/context.ts';
import type { Context } from '../../sdk/index.ts';
import { checkMachine, checkPackages, checkSsh, checkVersions, type Check } from '../checks.ts';
import type { Command, World } from '../command.ts';
import { exit } from '../exit.ts';
import { connect, isStdio, readLocation } from '../locations.ts';
import { logTo } from '../notes.ts';
import { pad } from '../render/width.ts';
import type { Paint } from '../terminal.ts';

export const doctor: Command = async ({ positionals }, world) => {
  const { terminal, stateDir, signal } = world;
  let broken = false;
  const say = async (checks: readonly Check[]): Promise<void> => {
    for (const check of checks) {
      broken ||= check.level === 'error';
      if (terminal.json) await terminal.record('check', { ...check });
      else await terminal.result(checkLines(check, terminal.paint).join('\n'));
    }
  };
  await say(checkVersions());
  await say(checkPackages());
  await say([...(await checkMachine(stateDir)), checkSsh()]);
  if (broken) return exit.failed;
  await using context = await createContext({ stateDir, signal, log: logTo(world) });
  await say([await checkDuck(context)]);
  for (const [index, text] of positionals.entries())
    await say(await checkLocation(text, `location ${index + 1}`, world, context));
  return broken ? exit.failed : exit.done;
};

async function checkDuck(context: Context): Promise<Check> {
  try {
    await using duck = await context.duck();
    const [row] = await duck.rows('select version()');
    return { name: 'duckdb', level: 'ok', text: `${row?.[0] ?? 'it'} loads` };
  } catch (error) {
    const { code, message, hint } = asHeadgateError(error, 'loading DuckDB');
    return { name: 'duckdb', level: 'error', text: `${code}: ${message}`, hint };
  }
}

/** Both roles are tried; a location is broken when it can play neither. */
async function checkLocation(text: string, fallbackName: string, { env }: World, context: Context): Promise<readonly Check[]> {
  let name = fallbackName;
  const checks: Check[] = [];
  for (const role of ['source', 'destination'] as const) {
    try {
      const location = readLocation(text, env);
      if (isStdio(location)) return [{ name: '-', level: 'ok', text: 'stdin or stdout' }];
      const connection = await connect(location, role, env);
      name = connection.identity;
      const opened = await connection[role]?.open(context);
      const findings = (await opened?.check()) ?? [];
      await opened?.[Symbol.asyncDispose]();
      const bad = findings.filter(({ level }) => level !== 'info');
      if (bad.length === 0) checks.push({ name, level: 'ok', text: `works as ${role}` });
      for (const { level, code, message, hint } of bad) {
        checks.push({
          name,
          level: level === 'error' ? 'error' : 'warning',
          text: `as ${role}: ${code}: ${message}`,
          ...(hint !== undefined && { hint }),
        });
      }
    } catch (error) {
      const { code, message, hint } = asHeadgateError(error, `opening ${name}`);
      if (checks.some(({ text: said }) => said.endsWith(`: ${message}`))) continue;
      checks.push({ name, level: 'error', text: `as ${role}: ${code}: ${message}`, hint });
    }
  }
  const usable = (['source', 'destination'] as const).some((role) => checks.some((check) => check.text === `works as ${role}`));
  return usable ? checks.map((check) => (check.level === 'error' ? { ...check, level: 'warning' } : check)) : checks;
}

const marks = { ok: ['green', '✓'], warning: ['yellow', '!'], error: ['red', '✗'] } as const;

function checkLines({ name, level, text, hint }: Check, paint: Paint): readonly string[] {
  const [style, mark] = marks[level];
  const line = `${paint(style, mark)} ${pad(name, 22)}  ${text}`;
  return hint === undefined ? [line] : [line, `  ${paint('yellow', 'hint:')} ${hint}`];
}
