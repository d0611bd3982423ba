/** An import as clients see it. */
import { z } from 'zod';
import { signedLink } from '../../../operations/links.ts';
import { lendFile } from '../../../operations/files/sign.ts';
import { reviewToken } from '../../../operations/reviews/access.ts';
import { getRun } from '../../../operations/runs/get.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { linkSecondsOf } from './limits.ts';
import { metadata, metadataOf } from './metadata.ts';
import { importError, standingOf, standingsOf, statuses, type Standing } from './status.ts';

export const importsPath = '/api/v1/headless/imports';

const short = {
  id: z.uuid(),
  schema_id: z.uuid().nullable(),
  status: z.enum(statuses),
  original_filename: z.string().nullable(),
  created_date: z.string(),
  modified_date: z.string(),
};

export const shortView = z.object(short);

export const view = z.object({
  ...short,
  upload: z.string().nullable(),
  review_url: z.string().nullable(),
  result_metadata: metadata.nullable(),
  import_errors: z.array(importError).nullable(),
  original_file_download: z.string().nullable(),
  destination: z
    .object({
      connection: z.string(),
      table: z.string(),
      receipts: z.array(z.object({ table: z.string(), state: z.string(), written: z.number(), rejected: z.number() })),
    })
    .exactOptional(),
});

/** Microseconds, as clients parse them. */
export const moment = (iso: string): string => iso.replace(/\.(\d{3})Z$/, '.$1000Z');

const facts = ({ id, createdAt, data }: StoredImport, { status, since }: Standing): z.input<typeof shortView> => ({
  id,
  schema_id: data.schemaId,
  status,
  original_filename: data.filename,
  created_date: moment(createdAt),
  modified_date: moment(since),
});

/** Those that the caller may see. */
export const showShort = async (context: RouteContext, imports: readonly StoredImport[]): Promise<z.input<typeof shortView>[]> =>
  (await standingsOf(context, imports)).map(({ found, standing }) => facts(found, standing));

/** Without the links that let anybody in. */
export async function describeImport(
  context: RouteContext,
  found: StoredImport,
): Promise<Omit<z.input<typeof view>, 'review_url' | 'original_file_download'>> {
  const standing = await standingOf(context, found);
  const { status, findings, errors } = standing;
  return {
    ...facts(found, standing),
    upload: null,
    result_metadata: status === 'SUCCESSFUL' && findings ? metadataOf(found, findings) : null,
    import_errors: errors.length === 0 ? null : [...errors],
  };
}

export async function showImport(context: RouteContext, origin: string, found: StoredImport): Promise<z.input<typeof view>> {
  const { result_metadata, import_errors, ...known } = await describeImport(context, found);
  const { status } = known;
  const isOver = status === 'SUCCESSFUL' || status === 'FAILED';
  const isFile = found.data.filename !== null && found.data.run !== undefined;
  return {
    ...known,
    upload: status === 'AWAITING_UPLOAD' ? uploadLink(context, origin, found) : null,
    review_url: isOver ? null : reviewLink(context, origin, found),
    result_metadata,
    import_errors,
    original_file_download: isFile ? await downloadLink(context, origin, found.file) : null,
    ...(await deliveredTo(context, found)),
  };
}

/** Where the rows went besides, with what proves it. */
async function deliveredTo(context: RouteContext, { data }: StoredImport): Promise<Pick<z.input<typeof view>, 'destination'>> {
  const { destination, run: assessed, delivery } = data;
  const run = delivery ?? assessed;
  if (!destination) return {};
  const { connection, table } = destination;
  const { receipts } = run === undefined ? { receipts: [] } : await perform(getRun, context, { run });
  return { destination: { connection, table, receipts } };
}

function uploadLink(context: RouteContext, origin: string, { id }: StoredImport): string {
  const { clock, workspace, actor } = context;
  const until = new Date(clock.now().getTime() + linkSecondsOf(context) * 1000);
  return new URL(
    signedLink(context, { method: 'PUT', path: `${importsPath}/${id}/file`, workspace, by: actor.id, until }),
    origin,
  ).href;
}

/** Whoever has it may see the rows: nothing that can be guessed leads there. */
function reviewLink(context: RouteContext, origin: string, { id }: StoredImport): string {
  const token = reviewToken(context, context.workspace, id);
  return new URL(`/headless/${id}/?token=${token}`, origin).href;
}

export async function downloadLink(context: RouteContext, origin: string, file: string): Promise<string> {
  const { url } = await perform(lendFile, context, { file, method: 'GET', expires_in: linkSecondsOf(context) });
  return new URL(url, origin).href;
}
