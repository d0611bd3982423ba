import { changes } from './destination/changes.ts';
import { deletes } from './destination/deletes.ts';
import { ledger } from './destination/ledger.ts';
import { modes } from './destination/modes.ts';
import { publishing } from './destination/publishing.ts';
import { tables } from './destination/tables.ts';
import type { Guarantee } from './kit.ts';
import { destinationConnection, sourceConnection } from './source/connection.ts';
import { discovery } from './source/discovery.ts';
import { incremental, windows } from './source/incremental.ts';
import { projections } from './source/projections.ts';
import { reads } from './source/reads.ts';
import { release } from './source/release.ts';
import { snapshots } from './source/snapshots.ts';

/** What every source promises; waivers go by the names, so each is there once. */
const ofSources: readonly Guarantee[] = [
  ...sourceConnection,
  ...discovery,
  ...reads,
  ...projections,
  ...release,
  ...snapshots,
  ...incremental,
  ...windows,
];

const ofDestinations: readonly Guarantee[] = [
  ...destinationConnection,
  ...tables,
  ...modes,
  ...deletes,
  ...changes,
  ...publishing,
  ...ledger,
];

export const guarantees: readonly Guarantee[] = [...ofSources, ...ofDestinations];
