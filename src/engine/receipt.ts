/** Receipts from what a run left behind. Pure: the counts are checked here, so no receipt can lie about its sums. */
import type { DerivedCounts } from '../domain/derivation.ts';
import type { HeadgateError } from '../domain/error.ts';
import type { Json } from '../domain/json.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { RunState } from '../domain/run.ts';
import { refName } from '../domain/schema.ts';
import type { Publish, TableResult } from '../sdk/index.ts';
import type { Flow } from './flow.ts';
import type { ReadOutcome } from './reader.ts';

export interface ReceiptParts {
  readonly flow: Flow;
  readonly pipeline: string;
  readonly run: string;
  readonly attempt: number;
  readonly lane: Receipt['lane'];
  readonly outcome?: ReadOutcome;
  /** The ledger's row, where an earlier attempt of this run had already published. */
  readonly earlier?: Publish;
  readonly failure?: HeadgateError;
  readonly bytes?: number;
  readonly from?: Json;
  readonly position?: Json;
}

type Counts = Pick<Receipt, 'read' | 'written' | 'added' | 'changed' | 'deduplicated' | 'rejected' | 'deleted'>;

const nothing: Counts = { read: 0, written: 0, added: 0, changed: 0, deduplicated: 0, rejected: 0, deleted: 0 };

export function receiptOf(parts: ReceiptParts, started: number): Receipt {
  const { flow, outcome, earlier, failure } = parts;
  const held = outcome?.publishes.find((publish) => publish.status === 'held')?.held;
  const state: RunState = failure
    ? failure.code === 'run.cancelled'
      ? 'cancelled'
      : 'failed'
    : held
      ? 'needs_review'
      : 'succeeded';
  const rejected = outcome?.delivered.reduce((sum, part) => sum + part.rejected, 0) ?? 0;
  const tables = earlier?.tables ?? outcome?.publishes.flatMap((publish) => publish.tables) ?? [];
  const counts = failure || held ? nothing : countsOf(tables, rejected);
  const token = earlier?.token ?? outcome?.token ?? null;
  return {
    run: parts.run,
    attempt: parts.attempt,
    pipeline: parts.pipeline,
    stream: refName(flow.stream.stream),
    table: refName(flow.into),
    mode: `${flow.mode} × ${flow.policy.mode}`,
    lane: parts.lane,
    state,
    ...counts,
    bytes: parts.bytes ?? 0,
    checksums: earlier?.checksums ?? outcome?.delivered.map((part) => part.checksum) ?? [],
    from: parts.from ?? null,
    to: parts.position ?? null,
    token: failure || held ? null : token,
    guarantee: outcome?.proof.guarantee ?? '',
    evidence: earlier
      ? 'the interrupted run had already published this; nothing was written again'
      : (outcome?.proof.evidence ?? ''),
    warnings: outcome ? [...outcome.proof.warnings, ...warnedWords(outcome.delivered)] : [],
    columns: distinctChanges(failure || held ? [] : tables),
    ...(flow.policy.derive && !failure && !held && { derived: derivedOf(tables) }),
    seconds: Math.round((Date.now() - started) / 10) / 100,
    ...(failure && { error: errorOf(failure) }),
    ...(held && { error: heldError(held) }),
  };
}

const errorOf = ({ code, message, hint, side }: HeadgateError): NonNullable<Receipt['error']> => ({
  code,
  message,
  hint,
  ...(side && { side }),
});

/** Several publishes of one run name the same change. */
function distinctChanges(tables: readonly TableResult[]): Receipt['columns'] {
  const changes = tables.flatMap(({ columns }) => columns ?? []);
  return [...new Map(changes.map((change) => [change.column, change])).values()];
}

/** `12 rows: the field email is empty`, added up over all documents of the read. */
function warnedWords(delivered: ReadOutcome['delivered']): readonly string[] {
  const rows = new Map<string, number>();
  for (const one of delivered.flatMap(({ warned }) => warned)) rows.set(one.what, (rows.get(one.what) ?? 0) + one.rows);
  return [...rows].map(([what, count]) => `${count} ${count === 1 ? 'row' : 'rows'}: ${what}`);
}

function countsOf(tables: readonly TableResult[], rejected: number): Counts {
  const sum = (count: (table: TableResult) => number): number => tables.reduce((total, table) => total + count(table), 0);
  const [staged, added, changed] = [sum((t) => t.staged), sum((t) => t.added), sum((t) => t.changed)];
  const [deduplicated, deleted, refused] = [sum((t) => t.deduplicated), sum((t) => t.deleted), sum((t) => t.rejected ?? 0)];
  const read = staged + rejected;
  return { read, written: added + changed, added, changed, deduplicated, rejected: rejected + refused, deleted };
}

/** Added up over the publishes of the run; the same names are cut in each. */
function derivedOf(tables: readonly TableResult[]): DerivedCounts {
  const parts = tables.flatMap(({ derived }) => derived ?? []);
  const sum = (count: (part: DerivedCounts) => number): number => parts.reduce((total, part) => total + count(part), 0);
  return {
    added: sum((part) => part.added),
    changed: sum((part) => part.changed),
    removed: sum((part) => part.removed),
    linked: sum((part) => part.linked),
    conflicts: sum((part) => part.conflicts),
    dropped: sum((part) => part.dropped),
    cut: Math.max(0, ...parts.map((part) => part.cut)),
    rejects: {
      'identity.missing': sum((part) => part.rejects['identity.missing']),
      'attributes.limit': sum((part) => part.rejects['attributes.limit']),
      'time.invalid': sum((part) => part.rejects['time.invalid']),
    },
  };
}

function heldError(held: {
  readonly table: string;
  readonly before: number;
  readonly deleted: number;
  readonly incoming: number;
}): NonNullable<Receipt['error']> {
  const what = held.incoming === 0 ? 'the read was empty' : `${held.deleted} of ${held.before} rows would go`;
  return {
    code: 'publish.held',
    message: `table ${held.table}: ${what}, so nothing was published`,
    hint: 'look at the rows with `headgate plan`, then allow it with --allow-delete',
  };
}
