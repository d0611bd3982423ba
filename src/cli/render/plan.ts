import type { ChangeCounts, ChangeSample, FlowPlan } from '../../engine/flow.ts';
import type { Paint } from '../terminal.ts';
import { tableLines } from './table.ts';
import { visible } from './width.ts';
import { counted, grouped } from '../../domain/count.ts';

/** What a run would do. `samples` = rows to show per kind of change. */
export function planLines(plan: FlowPlan, samples: number, paint: Paint, width?: number): readonly string[] {
  const { stream, table, mode, lane, format, loadFormat, columns, reasons, sourceSql, destinationSql, changes } = plan;
  const rows = columns.map(({ from, as, sourceType, nativeType }) => [from, sourceType, as, nativeType]);
  const titles = [{ title: 'FIELD' }, { title: 'TYPE' }, { title: 'COLUMN' }, { title: 'TYPE' }];
  const formats = format === loadFormat ? format : `${format} → ${loadFormat}`;
  return [
    `${paint('bold', `Plan for ${stream} → ${table}`)}  ${mode}, ${lane}, ${formats}  ${paint('dim', '(nothing was written)')}`,
    ...section(
      'why',
      reasons.map(({ about, text }) => `${about}: ${text}`),
      paint,
    ),
    ...section('columns', tableLines(titles, rows, paint, width === undefined ? undefined : width - 4), paint),
    ...section(
      'at the source',
      sourceSql.flatMap((sql) => sql.split('\n')),
      paint,
    ),
    ...section(
      'at the destination',
      destinationSql.flatMap((sql) => sql.split('\n')),
      paint,
    ),
    ...(changes ? section('rows', changeLines(changes, samples, paint), paint) : []),
  ];
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [`  ${paint('dim', title)}`, ...lines.map((line) => `    ${line}`)];
}

const signs = {
  add: { sign: '+', style: 'green', verb: 'add' },
  change: { sign: '~', style: 'yellow', verb: 'change' },
  delete: { sign: '-', style: 'red', verb: 'delete' },
} as const;

const kinds = ['add', 'change', 'delete'] as const;

function changeLines(changes: ChangeCounts, samples: number, paint: Paint): readonly string[] {
  const lines = kinds.flatMap((kind) => {
    const { sign, style, verb } = signs[kind];
    const shown = changes.samples.filter((sample) => sample.kind === kind).slice(0, samples);
    return [`${paint(style, sign)} ${verb} ${counted(changes[kind], 'row')}`, ...shown.flatMap(sampleLines)];
  });
  const held = changes.held === undefined ? [] : [`${paint('yellow', '‖')} would be held: ${changes.held}`];
  return [...lines, `= ${grouped(changes.same)} stay as they are`, ...held];
}

type Row = Readonly<Record<string, string | null>>;

/** A changed row shows only what changes; an added or deleted one shows all of it. */
function sampleLines({ key, before, after }: ChangeSample): readonly string[] {
  const name = `    ${Object.entries(key)
    .map(([field, value]) => `${field} ${shown(value)}`)
    .join(', ')}`;
  if (before && after) {
    const changed = Object.keys({ ...before, ...after }).filter((field) => before[field] !== after[field]);
    return [name, ...changed.map((field) => `      ${field}   ${shown(before[field])} → ${shown(after[field])}`)];
  }
  const rest = Object.entries((after ?? before ?? {}) satisfies Row).filter(([field]) => !Object.hasOwn(key, field));
  return [[name, ...rest.map(([field, value]) => `${field}=${shown(value)}`)].join('  ')];
}

/** Long values are cut: a sample is for recognising a row, not for reading it. */
function shown(value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  const safe = visible(value);
  const text = safe.length > 60 ? `${[...safe].slice(0, 59).join('')}…` : safe;
  return text === '' || /\s|^NULL$/.test(text) ? `"${text}"` : text;
}
