/** The rows of an import into the table of its pipeline's one flow, committed with a receipt like those of any run. */
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { DeliverTask } from '../../domain/run.ts';
import { buildFlow } from '../../engine/build-flow.ts';
import { flowRequest } from '../../engine/pipeline-flow.ts';
import { runFlow } from '../../engine/run.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { targetOf } from '../../engine/targets.ts';
import type { Duck } from '../../sdk/index.ts';
import { loadConnector } from '../connections/connection.ts';
import { plainFile } from '../files/plain-file.ts';
import { sidesOf } from '../pipelines/ends.ts';
import { loadFlows } from '../pipelines/flows.ts';
import type { TaskWork } from './replay-rows.ts';

/** `rows`: a query of one column, each row a JSON object. Undefined where there are none. */
export async function deliverAssessed(run: string, duck: Duck, rows: string, work: TaskWork): Promise<Receipt | undefined> {
  const { batches } = await duck.stream(rows);
  return await withLines(run, work, async (path) => {
    let count = 0;
    const lines = async function* (): AsyncGenerator<string> {
      for await (const batch of batches) {
        count += batch.length;
        yield batch.map(([row]) => `${row ?? '{}'}\n`).join('');
      }
    };
    await pipeline(Readable.from(lines()), createWriteStream(path), { signal: work.execution.signal });
    return count;
  });
}

/** Those that a person has looked through: `task.file` has at least one. */
export async function deliverFile(run: string, { file }: DeliverTask, work: TaskWork): Promise<Receipt | undefined> {
  const told = { sheet: null, delimiter: null, xml: null, about: { filename: 'rows.json' } };
  return await plainFile(
    `${file}/rows.json`,
    told,
    work.context,
    async (plain) =>
      await withLines(run, work, async (path) => {
        await copyFile(plain.path, path);
        return plain.size;
      }),
  );
}

/** `fill` writes the rows, and says whether there were any. */
async function withLines(run: string, work: TaskWork, fill: (path: string) => Promise<number>): Promise<Receipt | undefined> {
  const { execution, opened } = work;
  // Below the workspace's own folder, the one place whose files it may read.
  const folder = join(execution.dataDir, 'files', String(opened.workspace), '.imports', run);
  const path = join(folder, 'rows.ndjson');
  await mkdir(folder, { recursive: true });
  try {
    return (await fill(path)) === 0 ? undefined : await load(run, path, work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function load(run: string, path: string, { execution, opened, context }: TaskWork): Promise<Receipt> {
  const { workspace, ends, session } = opened;
  const [loaded] = await loadFlows({ db: execution.db, workspace }, opened.pipeline);
  const { source } = (await loadConnector('file')).configure({ path, format: 'ndjson' });
  if (!loaded || !source) throw new HeadgateError('usage.mode', 'delivering the rows of an import: the pipeline has no flow');
  const [info] = await discoverStreams(source, context);
  if (!info) throw new HeadgateError('stream.missing', 'the rows of this import cannot be read');
  const { files: _files, ...spec } = loaded.spec;
  const asked = flowRequest(spec, join(context.scratch, 'import.rejects.csv'));
  const into = targetOf(info.stream, spec.into, sidesOf(ends));
  // The same in every attempt, and no position of the pipeline's own.
  const own = { connector: 'file', identity: `import:${run}`, source };
  return await runFlow(buildFlow(asked, info, into, undefined), { ...session, source: own });
}
