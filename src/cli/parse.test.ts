import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../domain/error.ts';
import { commands } from './catalog.ts';
import { parseCommandLine } from './parse.ts';

function failure(...argv: string[]): HeadgateError {
  try {
    parseCommandLine(argv);
  } catch (error) {
    assert.ok(error instanceof HeadgateError);
    assert.equal(error.code, 'usage.arguments');
    return error;
  }
  throw new assert.AssertionError({ message: `accepted: ${argv.join(' ')}` });
}

test('positionals and options of a command', () => {
  const { command, positionals, values } = parseCommandLine([
    'sync',
    'a',
    '--stream',
    'x',
    'b',
    '--stream=y',
    '--key',
    'id,day',
    '--strict',
    '-q',
    '--from',
    '-5',
    '--mode',
    'merge',
    '--mode',
    'mirror',
  ]);
  assert.equal(command.name, 'sync');
  assert.deepEqual(positionals, ['a', 'b']);
  assert.deepEqual(values, { stream: ['x', 'y'], key: ['id,day'], strict: true, quiet: true, from: '-5', mode: 'mirror' });
});

test('a lone dash is a location, and what follows -- is no option', () => {
  assert.deepEqual(parseCommandLine(['import', '-']).positionals, ['-']);
  assert.deepEqual(parseCommandLine(['import', '--', '--odd.csv']).positionals, ['--odd.csv']);
});

test('the words of other tools for help and version', () => {
  assert.equal(parseCommandLine([]).command.name, 'help');
  assert.equal(parseCommandLine(['--help']).command.name, 'help');
  assert.equal(parseCommandLine(['--version']).command.name, 'version');
  const { command, positionals } = parseCommandLine(['sync', '--help']);
  assert.deepEqual([command.name, positionals], ['help', ['sync']]);
});

test('what was likely meant', () => {
  assert.equal(failure('synk').hint, 'did you mean headgate sync?');
  assert.equal(failure('sync', '--steam', 'x').hint, 'did you mean --stream?');
  assert.equal(failure('sync', '--mode', 'mirorr').hint, 'did you mean mirror?');
  assert.match(failure('discover', '--cursor', 'x').message, /discover has no option --cursor/);
});

test('values that are missing or not allowed', () => {
  assert.match(failure('sync', '--stream').message, /--stream needs a value/);
  assert.match(failure('sync', '--stream', '--json').message, /--stream needs a value/);
  assert.match(failure('sync', '--stream=').message, /--stream needs a value/);
  assert.match(failure('sync', '--json=yes').message, /--json takes no value/);
  assert.match(failure('import').message, /import needs FILE/);
  assert.match(failure('version', 'x').message, /version takes no argument/);
});

test('no message repeats what may hold a secret', () => {
  assert.doesNotMatch(JSON.stringify(failure('postgres://u:hunter2@h/d')), /hunter2/);
  assert.doesNotMatch(JSON.stringify(failure('sync', 'a', 'b', 'postgres://u:hunter2@h/d')), /hunter2/);
});

test('every command can be loaded', async () => {
  for (const command of commands) assert.equal(typeof (await command.load()), 'function', command.name);
});
