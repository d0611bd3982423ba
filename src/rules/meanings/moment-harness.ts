/** What texts of a column mean and how they are shown, asked of DuckDB. */
import { join } from 'node:path';
import { DuckFolder, openDuckFolder } from '../../../test/support/duck-folder.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { knownOf, openKnown } from './known.ts';
import type { MomentMeaning } from './moment.ts';
import { meaningSql } from './sql.ts';

/** Result and what is shown. */
type Pair = readonly (string | null)[];

export class MomentBench extends DuckFolder {
  async understood(meaning: MomentMeaning, texts: readonly string[]): Promise<readonly Pair[]> {
    const values = texts.map((text, at) => `(${at}, ${quoteText(text)})`);
    await this.duck.run(`create or replace temp table texts as select * from (values ${values.join(', ')}) as t(n, x)`);
    const fact = knownOf(meaning, 'x', 'fact');
    if (fact) await openKnown(this.duck, fact, { from: 'texts', scratch: join(this.folder, 'known') });
    const { result, shown = 'x' } = meaningSql(meaning, 'x', 'fact', '"$r"');
    return await this.duck.rows(`select "$r", ${shown} from (select *, ${result} as "$r" from texts) order by n`);
  }
}

export const openMoments = async (): Promise<MomentBench> => await openDuckFolder(MomentBench);
