/** The table that is read, in a database of its own, and what happens to it between the runs. */
import type { Row } from './model.ts';
import type { Scenario } from './scenario.ts';

export interface SourceTable extends AsyncDisposable {
  readonly url: string;
  /** More rows come than go, so a reader of a replaced table may never see fewer than before. */
  edit(): Promise<void>;
  /** Two transactions that are open while the next run reads: one has written already, one only will. */
  openLate(): Promise<void>;
  commitLate(): Promise<void>;
  /** What a run that starts now can see. */
  rows(): Promise<readonly Row[]>;
}

/** May rows change? An incremental read over `id` would not see it. */
export const movesRows = ({ mode, cursor }: Scenario): boolean => !(mode.startsWith('incremental') && cursor === 'id');
