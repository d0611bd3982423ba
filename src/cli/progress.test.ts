import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { openProgress } from './progress.ts';
import { openTerminal, type Terminal, type TerminalOptions } from './terminal.ts';

interface Screen {
  readonly terminal: Terminal;
  /** What came since the last look. */
  out(): string;
  err(): string;
}

/** A terminal on two streams in memory; `columns` makes them ttys. */
function screen(options: Partial<TerminalOptions>, columns?: number): Screen {
  const stream = () => Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns });
  const [stdout, stderr] = [stream(), stream()];
  const all = { json: false, quiet: false, color: false, ...options };
  // Only what a terminal uses of a tty is there.
  const terminal = openTerminal(all, stdout as unknown as NodeJS.WriteStream, stderr as unknown as NodeJS.WriteStream);
  return { terminal, out: () => String(stdout.read() ?? ''), err: () => String(stderr.read() ?? '') };
}

const reading = (rows: number) => ({ stream: 'orders', phase: 'reading' as const, rows, bytes: rows * 100 });

test('on a terminal the lines are redrawn, and make room for what is printed', async () => {
  let now = 0;
  const { terminal, out, err } = screen({}, 80);
  const view = openProgress(terminal, () => now);
  view.update(reading(0));
  assert.equal(err(), '  orders  reading               \n');
  now = 50;
  view.update(reading(10));
  assert.equal(err(), '');
  now = 2000;
  view.update(reading(20));
  assert.equal(err(), '\u001b[1A\u001b[0J  orders  reading               20 rows  2.00 kB  10/s  2.0 s\n');
  view.finish('orders');
  await terminal.result('✓ orders');
  assert.deepEqual([out(), err()], ['✓ orders\n', '\u001b[1A\u001b[0J']);
  view.stop();
  assert.equal(err(), '');
});

test('in a log there is a line every ten seconds', () => {
  let now = 0;
  const { terminal, err } = screen({});
  const view = openProgress(terminal, () => now);
  for (now = 0; now < 21_000; now += 500) view.update(reading(now));
  view.stop();
  assert.deepEqual(err().split('\n').slice(0, -1), [
    'orders: reading, 10,000 rows, 1.00 MB, 1.00k/s, 10 s',
    'orders: reading, 20,000 rows, 2.00 MB, 1.00k/s, 20 s',
  ]);
});

test('with --json there is a record at most every 250 ms, with --quiet nothing', () => {
  let now = 0;
  const json = screen({ json: true });
  const view = openProgress(json.terminal, () => now);
  for (now = 0; now < 600; now += 100) view.update(reading(now));
  view.stop();
  const records = json
    .out()
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));
  assert.deepEqual(
    records,
    [0, 300].map((rows) => ({ type: 'progress', ...reading(rows), seconds: rows / 1000 })),
  );

  const quiet = screen({ quiet: true, json: true });
  openProgress(quiet.terminal, () => now).update(reading(1));
  assert.deepEqual([quiet.out(), quiet.err()], ['', '']);
});
