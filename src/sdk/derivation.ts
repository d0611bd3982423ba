/** A derivation as the planner settled it, in the columns of the table. */
import type { DerivationSpec } from '../domain/derivation.ts';

type Settled = Pick<DerivationSpec, 'into' | 'kind' | 'namespace' | 'refused' | 'labels' | 'limits' | 'objects'>;

export interface Derivation extends Settled {
  /** Column of the profile's id. */
  readonly id?: string;
  readonly identities: readonly { readonly column: string; readonly type: string }[];
  readonly event: 'content' | 'run' | readonly string[];
  readonly time?: { readonly column: string; readonly unit?: 's' | 'ms' };
  readonly attributes: readonly { readonly column: string; readonly property: string }[];
  /** What an event also says of its profile. */
  readonly sets?: { readonly attributes: Derivation['attributes']; readonly limits: DerivationSpec['limits'] };
  /** Names of attributes that were cut. */
  readonly cut: number;
}
