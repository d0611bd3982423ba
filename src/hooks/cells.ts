/** Cells on their way to a hook, and what comes back. */

export const levels = ['error', 'warning', 'info'] as const;

export interface Info {
  readonly message: string;
  readonly level: (typeof levels)[number];
}

export interface SelectOption {
  readonly label: string;
  readonly value: string;
  readonly alternateMatches?: readonly string[] | undefined;
}

/** Text, several texts (of a field with several values), or nothing. */
export type Value = string | null | readonly (string | null)[];

type Scalar = string | number | boolean | null;

interface CellPart {
  /** What is displayed. */
  readonly value: Value;
  /** What would be delivered, as a client gets it. */
  readonly resultValue: Scalar | readonly Scalar[];
  readonly info?: readonly Info[];
  readonly selectOptions?: readonly SelectOption[];
}

/** A text or null stands for a cell whose value and result are that, without anything else: the usual one. */
export type Cell = string | null | (CellPart & { readonly manyToOne?: readonly CellPart[] });

/** What a hook has changed of one cell; what is absent stays as it is, and `info: []` clears. */
export interface Change {
  /** The row's index, as it was given. */
  readonly row: number;
  readonly field: string;
  /** The place in `manyToOne`, for fields that have it. */
  readonly part?: number;
  readonly value?: Value;
  readonly info?: readonly Info[];
  readonly selectOptions?: readonly SelectOption[];
}

export interface Identity {
  readonly index: number;
  readonly rowId: string;
}

/** The rows that hooks run over, kept by whoever imports. What `write` was given, later reads see. */
export interface Rows {
  readonly count: number;
  readonly fields: readonly string[];
  /** Those whose cells have `manyToOne`. */
  readonly manyToOne: ReadonlySet<string>;
  /** Rows `from` up to and without `to`, counted from 0 in the order of the rows, whatever their index is. */
  identities(from: number, to: number): Promise<readonly Identity[]>;
  cells(field: string, from: number, to: number): Promise<readonly Cell[]>;
  write(changes: readonly Change[]): Promise<void>;
  /** Asked after each hook that has seen all rows. */
  settle?(): Promise<void>;
}
