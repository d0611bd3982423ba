/** What a person has ended the review of, into the table of the import: a run of its own, so that it is repeated like any other. */
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { LoadTask } from '../../domain/run.ts';
import { findContent } from '../../store/objects.ts';
import { deliverAssessed } from './deliver-assessed.ts';
import type { TaskWork } from './replay-rows.ts';

/** `run`: its id. Throws `object.missing` where the rows are gone. */
export async function loadReviewed(run: string, { file }: LoadTask, work: TaskWork): Promise<Receipt | undefined> {
  const { execution, opened } = work;
  const key = await findContent(execution.db, opened.workspace, file);
  if (key === undefined) throw new HeadgateError('object.missing', 'the rows of this import are gone');
  return await deliverAssessed(run, rowsOf(await execution.storage.get(key)), work);
}

/** As `jsonArray` has written them: a row has no line break of its own. */
async function* rowsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const some of bytes) {
    const lines = (rest + decoder.decode(some, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield lines.map(bare);
  }
  if (bare(rest) !== '') yield [bare(rest)];
}

const bare = (line: string): string => line.replace(/^\[/, '').replace(/[,\]]$/, '');
