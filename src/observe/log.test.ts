import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog, type LogOptions } from './log.ts';

function captured(options: Partial<LogOptions> = {}): { lines: string[]; log: ReturnType<typeof openLog> } {
  const lines: string[] = [];
  const now = (): Date => new Date('2026-01-01T00:00:00Z');
  return { lines, log: openLog({ level: 'info', format: 'json', write: (line) => lines.push(line), now, ...options }) };
}

test('one JSON line each, with what it is about', () => {
  const { lines, log } = captured();
  log.about({ workspace: 1, run: 'run_1' }).about({ pipeline: 'pl_1' }).say('warn', 'two\nlines', { rows: 3, gone: undefined });
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    time: '2026-01-01T00:00:00.000Z',
    level: 'warn',
    message: 'two\nlines',
    workspace: 1,
    run: 'run_1',
    pipeline: 'pl_1',
    rows: 3,
  });
  assert.equal(lines[0]?.split('\n').length, 2);
});

test('for people: one line, whatever the message holds', () => {
  const { lines, log } = captured({ format: 'text' });
  log.say('info', 'two\nlines', { table: 'a b', rows: 3 });
  assert.deepEqual(lines, ['2026-01-01T00:00:00.000Z INFO  two lines table="a b" rows=3\n']);
});

test('nothing below the level', () => {
  const { lines, log } = captured({ level: 'warn' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log.say(level, level);
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { level: string }).level),
    ['warn', 'error'],
  );
});

test('secrets never', () => {
  const { lines, log } = captured();
  const key = `hg_abc_${'s'.repeat(40)}`;
  log.say('error', `sent ${key} to postgres://u:Zaphod-42@host/d with whsec_Trillian`, {
    password: 'Ford',
    authorization: key,
    url: `x://a:Arthur@b`,
    asked: `/headless/1/?token=hgs_1_abc_${'s'.repeat(64)}`,
  });
  assert.doesNotMatch(lines.join(), /ssss|Zaphod|Trillian|Ford|Arthur/);
  assert.match(lines.join(), /hg_abc_…/);
});
