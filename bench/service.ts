/** What a server promises about time and room. `npm run bench:service [JOB…]`: all, or those named. */
import { load } from './measure.ts';
import { benchCivis } from './service/civis.ts';
import { round, withService } from './service/figures.ts';
import { benchInstall } from './service/install.ts';
import { benchLists } from './service/lists.ts';
import { benchParts } from './service/parts.ts';
import { benchPass } from './service/pass.ts';
import { benchRead } from './service/read.ts';
import { benchIdle, benchStart } from './service/rest.ts';
import { benchBurst, benchLate, benchTrigger } from './service/runs.ts';
import { benchUpsert } from './service/upsert.ts';
import { benchUploads } from './service/uploads.ts';

const benches: Readonly<Record<string, () => Promise<void>>> = {
  install: benchInstall,
  start: benchStart,
  idle: benchIdle,
  pass: benchPass,
  late: async () => await withService(benchLate),
  trigger: async () => await withService(benchTrigger),
  burst: async () => await withService(benchBurst),
  read: benchRead,
  lists: benchLists,
  parts: async () => await withService(benchParts),
  civis: async () => await withService(benchCivis),
  upsert: async () => await withService(benchUpsert),
  uploads: async () => await withService(benchUploads),
};

console.log(`${round(await load())} cores busy before`);
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benches)) await benches[name]?.();
