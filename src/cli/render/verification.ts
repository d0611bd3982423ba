import type { Verification } from '../../engine/flow.ts';
import type { Paint } from '../terminal.ts';
import { visible } from './width.ts';
import { counted, grouped } from '../../domain/count.ts';

const kinds = {
  missing: 'only at the source',
  extra: 'only at the destination',
  different: 'different values',
} as const;

/** Equal or not, by which counts and digests, and which keys are not. */
export function verificationLines(verification: Verification, paint: Paint): readonly string[] {
  const { stream, table, equal, sourceRows, destinationRows, same, samples, sourceDigest, destinationDigest, settled } =
    verification;
  const verdict = equal
    ? `${paint('green', '✓')} ${stream} = ${table}  equal`
    : `${paint('red', '✗')} ${stream} ≠ ${table}  not equal`;
  const lines = [
    `${verdict}  ${counted(same, 'row')} the same`,
    `  source       ${counted(sourceRows, 'row')}  digest ${sourceDigest}`,
    `  destination  ${counted(destinationRows, 'row')}  digest ${destinationDigest}`,
  ];
  if (settled > 0)
    lines.push(`  ${counted(settled, 'row')} differed at first and not when looked at again: the source was being written to`);
  for (const kind of ['missing', 'extra', 'different'] as const) {
    const total = verification[kind];
    if (total === 0) continue;
    const shown = samples.filter((sample) => sample.kind === kind);
    lines.push(`  ${kinds[kind]}: ${grouped(total)}`);
    for (const { key, columns } of shown)
      lines.push(`    ${keyText(key)}${columns.length > 0 ? `  in ${columns.join(', ')}` : ''}`);
    if (total > shown.length) lines.push(`    … and ${grouped(total - shown.length)} more`);
  }
  return lines;
}

const keyText = (key: Readonly<Record<string, string | null>>): string =>
  Object.entries(key)
    .map(([field, value]) => `${field} ${value === null ? 'NULL' : visible(value)}`)
    .join(', ');
