/** `headgate import` while a server runs on the data directory: the file goes to it, and a pipeline of its brings the rows in. */
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { isAtRest } from '../../domain/run.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { connectServer, type Connected } from '../client.ts';
import type { World } from '../command.ts';
import { exit, exitCodeOfReceipt, worst, type ExitCode } from '../exit.ts';
import { dataDirOf } from '../hosted.ts';
import { bringPipeline } from '../hosted-file.ts';
import type { Values } from '../options.ts';
import { receiptLines } from '../render/receipt.ts';

const pollMs = 200;

/** The pipeline of an earlier import of a file of that name is used again. */
export async function importHosted(location: string, values: Values, world: World): Promise<ExitCode> {
  const client = await connectServer(world, { 'data-dir': dataDirOf(world), ...values });
  const { slug: pipeline } = await bringPipeline(client, slugFor(location), location, values, world);
  const { id: run } = await client.call('pipelines.trigger', { pipeline });
  try {
    return await report(client, run, world);
  } finally {
    if (values.rejects !== undefined) await writeRejects(client, run, values.rejects);
  }
}

const slugFor = (location: string): string =>
  `import-${basename(location.replace(/[?#].*$/, ''))}`
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);

async function writeRejects(client: Connected, run: string, file: string): Promise<void> {
  const reasons = await client.text('runs.rejects.csv', { run, form: 'reasons' });
  await writeFile(file, reasons).catch((error: unknown) => {
    throw asHeadgateError(error, `writing ${file}`);
  });
}

/** Until it has ended: its receipts, or why there are none. */
async function report(client: Connected, id: string, { terminal, signal }: World): Promise<ExitCode> {
  for (;;) {
    const run = await client.call('runs.get', { run: id });
    if (!isAtRest(run.state)) {
      await wait(pollMs, undefined, { signal });
      continue;
    }
    const receipts = run.receipts as unknown as readonly Receipt[]; // the server's own, of the same kind
    for (const receipt of receipts) {
      if (terminal.json) await terminal.record('receipt', { ...receipt });
      else await terminal.result(receiptLines(receipt, terminal.paint).join('\n'));
    }
    if (receipts.length > 0) return worst(receipts.map(exitCodeOfReceipt));
    if (run.state === 'succeeded') return exit.done;
    const { code = 'internal.unexpected', message = run.state } = (run.error ?? {}) as Partial<HeadgateError>; // as runs store it
    throw new HeadgateError(code, `importing: ${message}`);
  }
}
