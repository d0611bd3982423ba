/** What texts of a column mean and how they are shown, asked of DuckDB. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quoteText } from '../../sdk/duck-sql.ts';
import { openDuck } from '../../staging/duck.ts';
import { knownOf, openKnown } from './known.ts';
import type { MomentMeaning } from './moment.ts';
import { meaningSql } from './sql.ts';

/** Result and what is shown. */
type Pair = readonly (string | null)[];

export interface MomentBench extends AsyncDisposable {
  understood(meaning: MomentMeaning, texts: readonly string[]): Promise<readonly Pair[]>;
}

export async function openMoments(): Promise<MomentBench> {
  const folder = await mkdtemp(join(tmpdir(), 'moments-'));
  const duck = await openDuck({}, { scratch: folder, signal: new AbortController().signal });
  return {
    async understood(meaning, texts) {
      const values = texts.map((text, at) => `(${at}, ${quoteText(text)})`);
      await duck.run(`create or replace temp table texts as select * from (values ${values.join(', ')}) as t(n, x)`);
      const fact = knownOf(meaning, 'x', 'fact');
      if (fact) await openKnown(duck, fact, { from: 'texts', scratch: join(folder, 'known') });
      const { result, shown = 'x' } = meaningSql(meaning, 'x', 'fact', '"$r"');
      return await duck.rows(`select "$r", ${shown} from (select *, ${result} as "$r" from texts) order by n`);
    },
    async [Symbol.asyncDispose]() {
      await duck[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
