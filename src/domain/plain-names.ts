/** Names that every database takes without quotes, from whatever stands in the first line of a file. Pure. */

const longest = 127;

/**
 * Letters, digits and underscores; white space becomes one `_`, a digit in front gets a `c`. Empty names become `column_3`, repeated
 * ones `name_2`, without regard to case.
 */
export function plainNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name, at) => {
    const plain = plainName(name) || `column_${at + 1}`;
    const cut = (suffix: string): string => `${plain.slice(0, longest - suffix.length)}${suffix}`;
    let unique = cut('');
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = cut(`_${number}`);
    taken.add(unique.toLowerCase());
    return unique;
  });
}

const plainName = (name: string): string =>
  name
    .replaceAll(/[^\p{L}\p{N}_\s]/gu, '')
    .trim()
    .replaceAll(/\s+/g, '_')
    .replace(/^(?=\p{N})/u, 'c');
