import type { Column, Projection } from '../domain/policy.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Schema, TableInfo } from '../domain/schema.ts';
import type { Connection, FormatName, Target } from '../sdk/index.ts';
import type { Mapping } from './columns.ts';
import type { Flow, Reason } from './flow.ts';
import type { NameMap } from './names.ts';

type SourceFacts = NonNullable<Connection['source']>;
type DestinationFacts = NonNullable<Connection['destination']>;

/** All that a plan depends on. */
export interface PlanInput {
  readonly flow: Flow;
  readonly connectors: { readonly source: string; readonly destination: string };
  readonly source: Pick<SourceFacts, 'modes' | 'pushdown' | 'produces' | 'keepsTypes'>;
  readonly destination: Pick<
    DestinationFacts,
    'modes' | 'accepts' | 'loads' | 'types' | 'texts' | 'identifiers' | 'keepsVersions' | 'derives'
  >;
  /** The table as it stands; absent = there is none. */
  readonly table?: TableInfo;
  /** Names that earlier publishes of this pipeline gave; absent = none. */
  readonly names?: NameMap;
}

/** By column: it must have a value, or one of so many characters at most. */
export type Limits = Readonly<Record<string, { readonly needed?: true; readonly longest?: number }>>;

/** A step between source and destination that DuckDB does: which columns, which rows, which type each must have. */
export interface Conversion {
  readonly columns: readonly Column[];
  readonly where?: string;
  readonly output: Schema;
  /** What values of a column must be besides their type. */
  readonly limits?: Limits;
  /** Records of a file go as they stand, but for those that are refused or changed: columns and format are the destination's. */
  readonly passThrough?: boolean;
}

export interface Plan {
  readonly lane: Receipt['lane'];
  readonly format: FormatName;
  readonly loadFormat: FormatName;
  /** What the source does. */
  readonly projection: Projection;
  /** `staged` only. */
  readonly conversion?: Conversion;
  readonly target: Target;
  readonly mappings: readonly Mapping[];
  /** Every name ever given, to be kept with the position. */
  readonly names: NameMap;
  readonly reasons: readonly Reason[];
}
