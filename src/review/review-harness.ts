/** What the tests of this folder share: a review of a text, in files of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTask, type AssessTask } from '../domain/run.ts';
import { openDuck } from '../staging/duck.ts';
import { buildReview } from './build.ts';
import { noChoices, type Choices } from './choices.ts';
import { OpenReview } from './open-review.ts';

export interface Bench extends AsyncDisposable {
  open(text: string, definition: object, more?: Partial<AssessTask>, choices?: Choices): Promise<OpenReview>;
}

export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'review-'));
  const env = { scratch: folder, signal: new AbortController().signal };
  let made = 0;
  return {
    async open(text, definition, more = {}, choices = noChoices) {
      const scratch = join(folder, String((made += 1)));
      const path = `${scratch}.csv`;
      await writeFile(path, text);
      const csv = { delimiter: ',', quote: '"', escape: '"', header: false };
      const file = { path, size: text.length, modified: '0', schema: { fields: [] }, csv };
      const task = runTask.parse({ kind: 'assess', definition: { match: 'fuzzy', ...definition }, ...more }) as AssessTask; // as its kind says
      {
        await using duck = await openDuck({}, env);
        await buildReview(duck, { file, task, choices, stamp: '', from: 0, scratch });
      }
      const duck = await openDuck({ path: `${scratch}.review` }, env);
      return await OpenReview.open({ duck, choices, from: 0, scratch });
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}
