/** What is known of an import while it is looked at. Steps of hooks change it. */
import type { Json } from '../../domain/json.ts';
import type { AssessTask } from '../../domain/run.ts';
import type { Instructed } from '../../hooks/changes.ts';
import type { Hook, Hooks } from '../../hooks/hooks.ts';
import type { Sandbox } from '../../hooks/sandbox.ts';
import type { Duck } from '../../sdk/index.ts';
import type { Changed } from './changed.ts';
import type { Grid } from './grid.ts';
import type { Layout } from './layout.ts';

export interface Hooking {
  readonly sandbox: Sandbox;
  readonly hooks: Hooks;
}

export interface Work {
  readonly duck: Duck;
  readonly task: AssessTask;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
  readonly hooking?: Hooking;
  /** Columns about which everything is known already: how their days are written stays as it was decided. */
  readonly known?: ReadonlySet<number>;
  grid: Grid;
  layout: Layout;
  /** The row of names, as it was given. */
  header: number | null;
  /** From when there are rows that hooks may change. */
  changed?: Changed;
  /** What hooks have asked of rows before there were any. */
  readonly later: { readonly call: Instructed['calls'][number]; readonly hook: Hook }[];
  /** Of rows that hooks have added. */
  readonly ids: Map<number, string>;
  /** What hooks have said about the import as a whole. */
  readonly told: Record<string, Json>;
}
