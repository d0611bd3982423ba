/** Which options a text names, and what text a choice becomes. */
import type { Option } from '../../api/wire.ts';

/** How many are drawn: of more, some are searched for. */
export const mostShown = 100;

/** The options whose label or value holds what is searched for. */
export function matching(options: readonly Option[], search: string): Option[] {
  const wanted = search.trim().toLowerCase();
  return options.filter(({ label, value }) => label.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted));
}

/** `delimiter`: what is written between several choices in one cell; undefined = there is but one. */
export function chosenParts(text: string, delimiter: string | undefined): string[] {
  if (delimiter === undefined) return [text];
  return text.split(delimiter.trim() || delimiter).flatMap((part) => part.trim() || []);
}

export function toggled(chosen: readonly string[], { label, value }: Option): string[] {
  const without = chosen.filter((part) => part !== label && part !== value);
  return without.length < chosen.length ? without : [...chosen, label];
}

interface Choice {
  readonly chosen: readonly string[];
  readonly search: string;
  readonly delimiter: string | undefined;
  /** The one that is marked. */
  readonly option: Option | undefined;
}

/** The text of the cell; `undefined` = it stays as it was. */
export function taken({ chosen, search, delimiter, option }: Choice): string | undefined {
  if (delimiter === undefined) return option?.label ?? (search === '' ? undefined : search);
  return (option && search !== '' ? toggled(chosen, option) : chosen).join(delimiter);
}
