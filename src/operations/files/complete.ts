import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { FileRow } from '../../store/files.ts';
import { dropObject, findUpload } from '../../store/objects.ts';
import { listParts, type PartRow } from '../../store/parts.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { checksums, namesIn, requireEqual, Summing, type Checksums } from './checksums.ts';
import { fileView, inState, hasOtherBytes, requireFile, show, stateAt } from './file.ts';
import { becomeReady } from './upload.ts';
import { grouped } from '../../domain/count.ts';

const mostParts = 10_000;

export const completeFile = defineOperation({
  name: 'files.complete',
  summary: 'Join the parts of a file: it is ready when all of them are there; asked again, nothing happens',
  scope: 'files:write',
  input: z.strictObject({
    file: z.string(),
    parts: z.number().int().min(1).max(mostParts).optional().meta({ description: 'How many there are' }),
    ...checksums,
  }),
  output: fileView,
  async run(context, { file, parts, ...expected }) {
    const { clock } = context;
    const before = await requireFile(context, file);
    if (stateAt(before, clock.now()) === 'ready') return finished(before, expected, clock.now());
    try {
      return show(await join(context, before, parts, expected), clock.now());
    } catch (error) {
      // Somebody else asked for the same at the same time, and may have been done at any step of ours.
      const after = await requireFile(context, file);
      if (after.state === 'ready') return finished(after, expected, clock.now());
      throw error;
    }
  },
});

/** Throws `upload.incomplete`, `upload.checksum`, and `object.conflict` where it is not pending. */
async function join(context: OpContext, row: FileRow, count: number | undefined, expected: Checksums): Promise<FileRow> {
  const { db, workspace, clock, storage } = context;
  const { id: file } = inState(row, 'pending', clock.now());
  const upload = await findUpload(db, workspace, file, clock.now());
  const parts = upload ? await listParts(db, workspace, upload.key, 0, mostParts) : [];
  if (!upload || parts.length === 0) throw new HeadgateError('upload.incomplete', 'joining parts: none has arrived');
  const size = requireWhole(parts, { count, declared: row.size, smallest: storage.smallestPart });
  await storage.complete(
    upload.key,
    upload.upload,
    parts.map((part) => ({ number: part.number, ref: part.ref, size: Number(part.size) })),
  );
  const found = await summed(context, upload.key, row, expected).catch(async (error: unknown) => {
    // These parts are joined for good: who sends them again begins again.
    if (error instanceof HeadgateError && error.code === 'upload.checksum') {
      await dropObject(db, workspace, upload.key, clock.now()).catch(() => undefined);
    }
    throw error;
  });
  return await becomeReady(context, file, upload.key, size, found);
}

/** Throws `object.conflict` where the file that is ready is another one. */
function finished(row: FileRow, expected: Checksums, now: Date): ReturnType<typeof show> {
  const other = namesIn(expected).some((name) => row[name] !== null && row[name] !== expected[name]);
  if (other) throw hasOtherBytes();
  return show(row, now);
}

/** Resolves to the bytes of all parts. Throws `upload.incomplete` for a gap, an end that is missing, a part that is too small. Pure. */
export function requireWhole(
  parts: readonly Pick<PartRow, 'number' | 'size'>[],
  of: { readonly count: number | undefined; readonly declared: string | null; readonly smallest: number },
): number {
  const last = of.count ?? parts.at(-1)?.number ?? 0;
  const there = new Set(parts.map(({ number }) => number));
  const missing = Array.from({ length: last }, (_, at) => at + 1).filter((number) => !there.has(number));
  if (missing.length > 0) {
    const named = missing.slice(0, 10).join(', ');
    throw new HeadgateError('upload.incomplete', `joining parts: ${missing.length} have not arrived, among them ${named}`);
  }
  if (parts.length > last) throw new HeadgateError('upload.incomplete', `joining parts: more than ${last} have arrived`);
  const small = parts.slice(0, -1).find(({ size }) => Number(size) < of.smallest);
  if (small) {
    throw new HeadgateError(
      'upload.incomplete',
      `joining parts: part ${small.number} has fewer than ${grouped(of.smallest)} bytes and is not the last one`,
      { hint: 'send it again with the one behind it' },
    );
  }
  const size = parts.reduce((sum, part) => sum + Number(part.size), 0);
  if (of.declared !== null && size !== Number(of.declared)) {
    throw new HeadgateError('upload.incomplete', 'joining parts: they have another size than was announced');
  }
  return size;
}

/** Of the whole file, where somebody said what they should be: parts come in any order, so it is read once more. */
async function summed({ storage }: OpContext, key: string, ...expected: readonly Checksums[]): Promise<Checksums> {
  const names = namesIn(...expected);
  if (names.length === 0) return {};
  const summing = new Summing(names);
  for await (const chunk of await storage.get(key)) summing.update(chunk);
  const found = summing.digests();
  requireEqual(found, ...expected);
  return found;
}
