/** What a person has to decide before rows go anywhere. Pure. */
import type { SchemaFile } from '../../rules/schema-file.ts';
import type { Matching } from '../../rules/matching.ts';

export interface Block {
  readonly code:
    'HEADER_ROW_UNKNOWN' | 'COLUMNS_UNMAPPED' | 'INVALID_DATA' | 'NO_ROWS' | 'SHEET_AMBIGUOUS' | 'BULK_FIX' | 'FINISH_CANCELLED';
  readonly message: string;
}

/** Fields that must have a column. */
export const neededFields = (rules: SchemaFile['rules'], needed: readonly string[]): readonly string[] => [
  ...new Set([...needed, ...rules.flatMap((rule) => (rule.rule === 'required' && rule.level === 'error' ? [rule.field] : []))]),
];

/** No column, none for a field that needs one, or two for a field of one. */
export function columnBlocks({ rules }: SchemaFile, { matches, ties }: Matching, needed: readonly string[]): readonly Block[] {
  const matched = new Set(matches.map(({ key }) => key));
  const missing = neededFields(rules, needed).filter((key) => !matched.has(key) && !ties.some((tie) => tie.key === key));
  const say = (message: string): Block => ({ code: 'COLUMNS_UNMAPPED', message });
  return [
    ...(matches.length === 0 ? [say('No column of the file belongs to a field')] : []),
    ...missing.map((key) => say(`No column belongs to the field ${key}`)),
    ...ties.map(({ key, columns }) => say(`${columns.length} columns may belong to the field ${key}`)),
  ];
}

/** Days of a field are read only as somebody has agreed to. */
export const fixBlock = (field: string): Block => ({
  code: 'BULK_FIX',
  message: `Somebody has to agree to how the dates of ${field} are read`,
});

export interface Counts {
  readonly rows: number;
  readonly invalid: number;
  readonly delivered: number;
}

export function dataBlocks(
  { invalid, delivered }: Counts,
  hold: { readonly invalid: boolean; readonly empty: boolean },
): readonly Block[] {
  return [
    ...(hold.invalid && invalid > 0
      ? [{ code: 'INVALID_DATA' as const, message: `${invalid} ${invalid === 1 ? 'row has' : 'rows have'} errors` }]
      : []),
    ...(hold.empty && delivered === 0 ? [{ code: 'NO_ROWS' as const, message: 'No row would be delivered' }] : []),
  ];
}
