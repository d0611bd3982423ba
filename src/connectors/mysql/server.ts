/** What MariaDB and MySQL do differently, by the server's own version text: every branch of ours looks here. Pure. */

export interface ServerFacts {
  readonly product: 'MariaDB' | 'MySQL';
  /** Whose JSON is a text with a check, and whose is a type of its own? */
  readonly jsonIsText: boolean;
  /** The setting that limits the time of a statement that reads; 0 milliseconds = no limit. */
  timeLimit(milliseconds: number): string;
  /** Comparisons of text tell case, accents and spaces at the end apart, as those of other systems do. */
  readonly collation: string;
  /** The oldest version with all of this: major, minor. */
  readonly oldest: readonly [number, number];
}

export interface Server extends ServerFacts {
  /** As the server writes it. */
  readonly version: string;
  readonly tooOld: boolean;
}

const products: readonly (ServerFacts & { readonly pattern: RegExp })[] = [
  {
    product: 'MariaDB',
    pattern: /mariadb/i,
    jsonIsText: true,
    timeLimit: (milliseconds) => `max_statement_time = ${milliseconds / 1000}`,
    collation: 'utf8mb4_nopad_bin',
    oldest: [10, 6],
  },
  {
    product: 'MySQL',
    pattern: /^/,
    jsonIsText: false,
    timeLimit: (milliseconds) => `max_execution_time = ${milliseconds}`,
    collation: 'utf8mb4_0900_bin',
    oldest: [8, 0],
  },
];

/** Facts about the server whose `version()` is the text. */
export function serverOf(version: string): Server {
  const found = products.find(({ pattern }) => pattern.test(version));
  if (!found) throw new TypeError('the last product takes every version');
  const { pattern: _, ...facts } = found;
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  const [oldestMajor, oldestMinor] = facts.oldest;
  return { ...facts, version, tooOld: major < oldestMajor || (major === oldestMajor && minor < oldestMinor) };
}
