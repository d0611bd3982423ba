import type { DerivedCounts } from '../../domain/derivation.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Paint, Style } from '../terminal.ts';
import { duration, short } from './amount.ts';
import { errorLines } from './error.ts';
import { tableLines } from './table.ts';
import { counted, grouped } from '../../domain/count.ts';

interface Outcome {
  readonly mark: string;
  readonly style: Style;
  readonly words: string;
}

/** How a receipt ended, in the words that people scan for. */
function outcomeOf({ state, rejected, read, deleted, mode }: Receipt): Outcome {
  if (state === 'needs_review') return { mark: '‖', style: 'yellow', words: 'held' };
  if (state === 'cancelled') return { mark: '■', style: 'yellow', words: 'stopped' };
  if (state !== 'succeeded') return { mark: '✗', style: 'red', words: state };
  if (rejected > 0) return { mark: '◑', style: 'yellow', words: 'done with rejects' };
  if (read === 0 && deleted === 0)
    return { mark: '✓', style: 'green', words: mode.startsWith('incremental') ? 'nothing new' : 'no rows' };
  return { mark: '✓', style: 'green', words: 'done' };
}

/** What one stream's run proves: counts that add up, the guarantee, the evidence, the warnings; or why it stopped. */
export function receiptLines(receipt: Receipt, paint: Paint): readonly string[] {
  const { stream, table, mode, lane, read, seconds, guarantee, evidence, warnings, error } = receipt;
  const { mark, style, words } = outcomeOf(receipt);
  const way = `${mode}, ${lane}`;
  const names = stream === table ? stream : `${stream} → ${table}`;
  if (error) {
    const title = `${paint(style, mark)} ${names}  ${words}  ${duration(seconds)}  ${paint('dim', way)}`;
    return [title, ...errorLines(error, paint).map((line) => `  ${line}`), ...warningLines(warnings, paint)];
  }
  const rate = read > 0 && seconds > 0 ? `  ${short(read / seconds)}/s` : '';
  const rows = words === 'done' ? counted(read, 'row') : `${counted(read, 'row')}, ${words}`;
  return [
    `${paint(style, mark)} ${names}  ${rows}${rate}  ${duration(seconds)}  ${paint('dim', way)}`,
    `  ${sumLine(receipt)}`,
    ...(receipt.derived ? [`  ${derivedLine(receipt.derived)}`] : []),
    ...(guarantee === '' ? [] : [`  ${paint('dim', 'guarantee')}  ${guarantee}`]),
    ...(evidence === '' ? [] : [`  ${paint('dim', 'evidence')}   ${evidence}`]),
    ...warningLines(warnings, paint),
  ];
}

/** `read 9 → written 4 (3 added, 1 changed) · 5 deduplicated · 0 rejected · 0 deleted` */
function sumLine({ read, written, added, changed, deduplicated, rejected, deleted }: Receipt): string {
  const rest = [`${grouped(deduplicated)} deduplicated`, `${grouped(rejected)} rejected`, `${grouped(deleted)} deleted`];
  return [
    `read ${grouped(read)} → written ${grouped(written)} (${grouped(added)} added, ${grouped(changed)} changed)`,
    ...rest,
  ].join(' · ');
}

/** `derived 2 added, 1 changed, 0 removed · 4 identities linked, 0 in conflict`, and what was left out where something was. */
function derivedLine({ added, changed, removed, linked, conflicts, dropped, cut, rejects }: DerivedCounts): string {
  const refused = Object.entries(rejects).filter(([, rows]) => rows > 0);
  return [
    `derived ${grouped(added)} added, ${grouped(changed)} changed, ${grouped(removed)} removed`,
    `${grouped(linked)} identities linked, ${grouped(conflicts)} in conflict`,
    ...(dropped > 0 ? [`${grouped(dropped)} values too long`] : []),
    ...(cut > 0 ? [`${grouped(cut)} names cut`] : []),
    ...refused.map(([code, rows]) => `${counted(rows, 'row')} refused (${code})`),
  ].join(' · ');
}

const warningLines = (warnings: readonly string[], paint: Paint): readonly string[] =>
  warnings.map((text) => `  ${paint('yellow', '!')} ${text}`);

const columns = [
  { title: 'STREAM' },
  ...['READ', 'ADDED', 'CHANGED', 'SAME', 'DELETED', 'REJECTED', 'TIME'].map((title) => ({ title, right: true })),
  { title: 'RESULT' },
];

/** The streams of one command at a glance; `failed` = those that never came as far as a receipt. */
export function summaryLines(
  receipts: readonly Receipt[],
  failed: readonly string[],
  paint: Paint,
  width?: number,
): readonly string[] {
  const rows = receipts.map((receipt) => {
    const { stream, read, added, changed, deduplicated, deleted, rejected, seconds } = receipt;
    return [
      stream,
      ...[read, added, changed, deduplicated, deleted, rejected].map(grouped),
      duration(seconds),
      outcomeOf(receipt).words,
    ];
  });
  const without = failed.map((stream) => [stream, ...columns.slice(1, -1).map(() => '–'), 'failed']);
  return tableLines(columns, [...rows, ...without], paint, width);
}
