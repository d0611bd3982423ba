/** What has to be looked at again and again, besides what falls due. Every process may do it: each finding is made once. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { asHeadgateError } from '../domain/error.ts';
import type { ProcessLog } from '../observe/log.ts';
import type { Storage } from '../storage/storage.ts';
import type { OpenDb } from '../store/db.ts';
import { markOverdue, markStalled } from '../store/runs.ts';
import { keep, type KeepingSettings } from './keeping.ts';
import { startSweeper } from './sweeper.ts';
import { tell } from './tell.ts';

const lookMs = 5_000;
const batch = 100;
/** Looks between two times that old things are removed: an hour. */
const keepEvery = 720;

export interface Upkeep {
  stop(): Promise<void>;
}

export interface UpkeepSettings extends KeepingSettings {
  readonly stalledHours: number;
}

export interface UpkeepOf {
  readonly db: OpenDb;
  readonly clock: Clock;
  readonly storage: Storage;
}

export function startUpkeep({ db, clock, storage }: UpkeepOf, settings: UpkeepSettings, log: ProcessLog): Upkeep {
  // At its own pace: a storage that is slow holds up nothing else.
  const sweeper = startSweeper(db, storage, clock);
  const ending = new AbortController();
  const loop = (async (): Promise<void> => {
    for (let looks = 0; !ending.signal.aborted; looks++) {
      // The database is away: what is to be found is found later.
      await tellStalled(db, clock, settings.stalledHours).catch(() => undefined);
      // How old something is goes by real time.
      if (looks % keepEvery === 0) await keep(db, settings, new Date()).then((gone) => tellGone(log, gone), noted(log));
      await wait(lookMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      ending.abort();
      await Promise.all([loop, sweeper.stop()]);
    },
  };
}

function tellGone(log: ProcessLog, gone: ReadonlyMap<string, number>): void {
  if (gone.size > 0) log.say('info', 'removed what was kept long enough', Object.fromEntries(gone));
}

const noted =
  (log: ProcessLog) =>
  (error: unknown): void =>
    log.say('warn', asHeadgateError(error, 'looking after what is kept').message);

export async function tellStalled(db: OpenDb, clock: Clock, hours: number): Promise<void> {
  await db.tx(async (tx) => {
    for (const run of await markStalled(tx, hours, batch)) await tell(tx, run, ['run.stalled'], clock.now());
    for (const run of await markOverdue(tx, batch)) await tell(tx, run, ['run.stalled'], clock.now(), run.subscription);
  });
}
