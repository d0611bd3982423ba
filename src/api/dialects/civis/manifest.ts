/** The list of the files that a script has made, as a file of its own: made when the run is first looked at, since it holds addresses. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { createFile } from '../../../operations/files/create.ts';
import { getFile } from '../../../operations/files/get.ts';
import { receiveFile } from '../../../operations/files/receive.ts';
import { perform } from '../../../operations/operation.ts';
import type { runOutputs } from '../../../operations/runs/outputs.ts';
import type { RouteContext } from '../../dialect.ts';
import { fileNumber } from './files-stored.ts';
import { linkOf } from './files.ts';
import { keepInRun, type JobRun } from './runs.ts';
import type { showSettings } from './script.ts';

export const linkSeconds = 36 * 3600;

type Output = Awaited<ReturnType<typeof runOutputs.run>>['data'][number];

interface Made {
  readonly sql: string;
  readonly settings: ReturnType<typeof showSettings>;
  readonly parts: readonly Output[];
}

const told = z.object({ columns: z.array(z.string()) });

/** None where the statements have made no file. */
export async function manifestOf(
  context: RouteContext,
  origin: string,
  run: JobRun,
  made: Made,
): Promise<readonly Pick<Output, 'name' | 'file'>[]> {
  if (made.parts.length === 0) return [];
  const name = 'manifest.json';
  const file = await keepInRun(context, run, 'manifest', async (tx) => {
    const content = JSON.stringify(await contentOf(tx, origin, made));
    const expires = new Date(context.clock.now().getTime() + linkSeconds * 1000).toISOString();
    const { id } = await perform(createFile, tx, { name, content_type: 'application/json', expires_at: expires });
    await perform(receiveFile, tx, { file: id, bytes: Readable.from([Buffer.from(content)]), size: Buffer.byteLength(content) });
    return id;
  });
  return [{ name, file }];
}

async function contentOf(context: RouteContext, origin: string, { sql, settings, parts }: Made): Promise<object> {
  const entries: object[] = [];
  for (const { name, file } of parts) {
    if (file === null) continue;
    const url = await linkOf(context, origin, { file, method: 'GET', expires_in: linkSeconds });
    const { size } = await perform(getFile, context, { file });
    entries.push({ id: await fileNumber(context, file), name, size, url, url_signed: url });
  }
  return {
    query: sql,
    header: told.safeParse(parts[0]?.value).data?.columns ?? [],
    entries,
    unquoted: settings.unquoted,
    compression: settings.compression,
    delimiter: settings.columnDelimiter,
  };
}
