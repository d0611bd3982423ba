import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt } from '../../domain/receipt.ts';
import type { FlowPlan, Verification } from '../../engine/flow.ts';
import { commands } from '../catalog.ts';
import { plain } from '../terminal.ts';
import { clock, duration, short, size } from './amount.ts';
import { commandLines, overviewLines } from './help.ts';
import { planLines } from './plan.ts';
import { progressLine, progressText } from './progress.ts';
import { receiptLines, summaryLines } from './receipt.ts';
import { tableLines } from './table.ts';
import { verificationLines } from './verification.ts';
import { fit, visible, widthOf } from './width.ts';
import { grouped } from '../../domain/count.ts';

const text = (lines: readonly string[]): string => `\n${lines.map((line) => line.trimEnd()).join('\n')}\n`;

test('amounts', () => {
  assert.deepEqual([0, 999, 1000, 1234567].map(grouped), ['0', '999', '1,000', '1,234,567']);
  assert.deepEqual([0, 999, 1000, 12345, 999_700, 1_620_000].map(short), ['0', '999', '1.00k', '12.3k', '1.00M', '1.62M']);
  assert.deepEqual([0, 512, 84_000_000].map(size), ['0 B', '512 B', '84.0 MB']);
  assert.deepEqual([0.04, 9.94, 9.96, 59.6, 3900].map(duration), ['0.0 s', '9.9 s', '10 s', '1:00', '1:05:00']);
  assert.deepEqual([0, 61].map(clock), ['0:00', '1:01']);
});

test('text that fits, and text that cannot move the cursor', () => {
  assert.equal(fit('customers_archive', 9), 'cust…hive');
  assert.equal(widthOf(fit('顧客顧客顧客', 7)) <= 7, true);
  assert.equal(visible('a\n\u001b[2Jb'), 'a\\n\\u001b[2Jb');
});

test('a table', () => {
  const columns = [{ title: 'NAME' }, { title: 'ROWS', right: true }];
  assert.equal(
    text(
      tableLines(
        columns,
        [
          ['顧客', '12'],
          ['orders', null],
          ['', '3'],
        ],
        plain,
      ),
    ),
    `
NAME    ROWS
顧客      12
orders  NULL
           3
`,
  );
  const narrow = tableLines(columns, [['a_very_long_table_name', '12']], plain, 16);
  assert.equal(text(narrow), '\nNAME        ROWS\na_ver…name    12\n');
});

const receipt: Receipt = {
  run: 'r',
  attempt: 1,
  pipeline: 'p',
  stream: 'public.orders',
  table: 'orders',
  mode: 'incremental × merge',
  lane: 'pushed down',
  state: 'succeeded',
  read: 1204331,
  written: 43011,
  added: 1803,
  changed: 41208,
  deduplicated: 1161311,
  rejected: 9,
  deleted: 0,
  bytes: 1,
  checksums: [],
  from: null,
  to: null,
  token: 't',
  guarantee: 'commit-safe: from the oldest open transaction',
  evidence: 'COPY 1204331 of one snapshot',
  warnings: ['the cursor has no index'],
  columns: [],
  seconds: 5.7,
};

test('a receipt with rejects', () => {
  assert.equal(
    text(receiptLines(receipt, plain)),
    `
◑ public.orders → orders  1,204,331 rows, done with rejects  211k/s  5.7 s  incremental × merge, pushed down
  read 1,204,331 → written 43,011 (1,803 added, 41,208 changed) · 1,161,311 deduplicated · 9 rejected · 0 deleted
  guarantee  commit-safe: from the oldest open transaction
  evidence   COPY 1204331 of one snapshot
  ! the cursor has no index
`,
  );
});

test('a receipt that failed, and the summary of several', () => {
  const zero = { read: 0, written: 0, added: 0, changed: 0, deduplicated: 0, rejected: 0, warnings: [] };
  const error = { code: 'stream.missing', message: 'reading public.refunds: there is no such table', hint: 'list them' };
  const failed: Receipt = {
    ...receipt,
    ...zero,
    stream: 'public.refunds',
    table: 'public.refunds',
    state: 'failed',
    seconds: 0.2,
    error,
  };
  assert.equal(
    text(receiptLines(failed, plain)),
    `
✗ public.refunds  failed  0.2 s  incremental × merge, pushed down
  error[stream.missing]: reading public.refunds: there is no such table
  hint: list them
  docs: docs/errors.md#streammissing
`,
  );
  const nothingNew: Receipt = { ...receipt, ...zero, seconds: 0.3 };
  assert.equal(
    text(summaryLines([receipt, nothingNew, failed], ['public.odd'], plain)),
    `
STREAM               READ  ADDED  CHANGED       SAME  DELETED  REJECTED   TIME  RESULT
public.orders   1,204,331  1,803   41,208  1,161,311        0         9  5.7 s  done with rejects
public.orders           0      0        0          0        0         0  0.3 s  nothing new
public.refunds          0      0        0          0        0         0  0.2 s  failed
public.odd              –      –        –          –        –         –      –  failed
`,
  );
});

test('progress on a terminal and in a log', () => {
  const progress = { stream: 'public.orders', phase: 'reading' as const, rows: 1204331, bytes: 84e6, totalRows: 1600000 };
  assert.equal(
    progressLine(progress, 6, { names: 13, width: 100 }, plain),
    '  public.orders  ███████████████░░░░░  1,204,331 / ~1.60M rows  84.0 MB  201k/s  0:02 left',
  );
  assert.equal(widthOf(progressLine(progress, 6, { names: 13, width: 60 }, plain)), 59);
  assert.equal(
    progressText({ ...progress, phase: 'publishing' }, 6),
    'public.orders: publishing, 1,204,331 / ~1.60M rows, 84.0 MB, 201k/s, 6.0 s',
  );
  assert.equal(progressText({ stream: 'x', phase: 'connecting', rows: 0, bytes: 0 }, 0), 'x: connecting');
});

test('a plan with rows to add, change and delete', () => {
  const plan: FlowPlan = {
    stream: 'public.orders',
    table: 'orders',
    mode: 'snapshot × mirror',
    lane: 'pushed down',
    format: 'csv',
    loadFormat: 'csv',
    columns: [{ from: 'id', as: 'order_id', sourceType: 'bigint', nativeType: 'BIGINT' }],
    reasons: [{ about: 'lane', text: 'mirror by SQL inside the publish' }],
    sourceSql: ['select id\nfrom public.orders'],
    destinationSql: [],
    changes: {
      add: 1,
      change: 2,
      delete: 1200,
      same: 1612001,
      samples: [
        {
          kind: 'change',
          key: { id: '88121' },
          before: { status: 'paid', note: null },
          after: { status: 'refunded', note: null },
        },
        { kind: 'change', key: { id: '88140' }, before: { note: null }, after: { note: 'a gift' } },
        { kind: 'add', key: { id: '90001' }, after: { id: '90001', status: 'paid' } },
        { kind: 'delete', key: { id: '7' }, before: { id: '7', status: '' } },
      ],
      held: '1200 of 1612004 rows would go',
    },
  };
  assert.equal(
    text(planLines(plan, 1, plain)),
    `
Plan for public.orders → orders  snapshot × mirror, pushed down, csv  (nothing was written)
  why
    lane: mirror by SQL inside the publish
  columns
    FIELD  TYPE    COLUMN    TYPE
    id     bigint  order_id  BIGINT
  at the source
    select id
    from public.orders
  rows
    + add 1 row
        id 90001  status=paid
    ~ change 2 rows
        id 88121
          status   paid → refunded
    - delete 1,200 rows
        id 7  status=""
    = 1,612,001 stay as they are
    ‖ would be held: 1200 of 1612004 rows would go
`,
  );
});

test('a verification', () => {
  const verification: Verification = {
    stream: 'public.orders',
    table: 'orders',
    equal: false,
    sourceRows: 10,
    destinationRows: 9,
    same: 8,
    missing: 1,
    extra: 0,
    different: 25,
    samples: [
      { kind: 'missing', key: { id: '4', day: null }, columns: [] },
      { kind: 'different', key: { id: '5', day: 'x' }, columns: ['status', 'total'] },
    ],
    sourceDigest: 'aa',
    destinationDigest: 'bb',
    settled: 1,
  };
  assert.equal(
    text(verificationLines(verification, plain)),
    `
✗ public.orders ≠ orders  not equal  8 rows the same
  source       10 rows  digest aa
  destination  9 rows  digest bb
  1 row differed at first and not when looked at again: the source was being written to
  only at the source: 1
    id 4, day NULL
  different values: 25
    id 5, day x  in status, total
    … and 24 more
`,
  );
});

test('the overview has examples first and fits a screen', () => {
  const lines = overviewLines(plain);
  assert.ok(lines.length <= 25);
  assert.ok(lines.findIndex((line) => line.startsWith('  headgate ')) < lines.indexOf('Commands'));
});

test('the long form of every command fits its width', () => {
  for (const command of commands) {
    const lines = commandLines(command, plain, 100);
    const prose = lines.filter((line) => !line.startsWith('  headgate ') && !line.startsWith('  curl '));
    assert.deepEqual(
      prose.filter((line) => line.length > 100),
      [],
      command.name,
    );
  }
});
