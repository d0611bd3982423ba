/** Several options in the text of one cell, each by itself. */
import type { Option } from '../../api/wire.ts';

export interface Chips {
  /** What is written between them. */
  readonly delimiter: string;
  readonly options: readonly Option[];
}

export interface Chip {
  readonly text: string;
  readonly isKnown: boolean;
  /** What stands in front of it: blanks, the delimiter. */
  readonly lead: string;
}

/** Together they are the text, letter by letter. `own`: options that the cell has instead of its column's. */
export function chipsOf(text: string, { delimiter, options }: Chips, own?: readonly Option[]): Chip[] {
  const known = new Set((own ?? options).flatMap(({ label, value }) => [label, value]).map((name) => name.trim().toLowerCase()));
  const between = delimiter.trim() || delimiter;
  let lead = '';
  const chips: Chip[] = [];
  for (const [at, part] of text.split(between).entries()) {
    const name = part.trim();
    lead += (at > 0 ? between : '') + (name === '' ? part : part.slice(0, part.indexOf(name)));
    if (name === '') continue;
    chips.push({ text: name, isKnown: known.has(name.toLowerCase()), lead });
    lead = part.slice(part.indexOf(name) + name.length);
  }
  return chips;
}
