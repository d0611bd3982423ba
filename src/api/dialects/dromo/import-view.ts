/** An import as clients see it. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { signedLink } from '../../../operations/links.ts';
import { lendFile } from '../../../operations/files/sign.ts';
import { isReviewOpen, reviewToken } from '../../../operations/reviews/access.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { linkSecondsOf } from './limits.ts';
import { metadata, metadataOf } from './metadata.ts';
import { missing } from './schemas-stored.ts';
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

export const showShort = async (context: RouteContext, imports: readonly StoredImport[]): Promise<z.input<typeof shortView>[]> =>
  (await standingsOf(context, imports)).map(({ found, standing }) => facts(found, standing));

/** Without the links that let anybody in: `destination` is the last of its keys. */
const describe = (
  found: StoredImport,
  standing: Standing,
): Omit<z.input<typeof view>, 'review_url' | 'original_file_download'> => ({
  ...facts(found, standing),
  upload: null,
  result_metadata: standing.status === 'SUCCESSFUL' && standing.findings ? metadataOf(found, standing.findings) : null,
  import_errors: standing.errors.length === 0 ? null : [...standing.errors],
  ...deliveredTo(found, standing),
});

const described = view.omit({ review_url: true, original_file_download: true });

/** As a client gets it, but for the links that let anybody in. */
export const describeImport = async (context: RouteContext, found: StoredImport): Promise<z.output<typeof described>> =>
  described.parse(describe(found, await standingOf(context, found)));

export async function showImport(context: RouteContext, origin: string, found: StoredImport): Promise<z.input<typeof view>> {
  const standing = await standingOf(context, found);
  const { result_metadata, import_errors, destination, ...known } = describe(found, standing);
  const { status } = known;
  const isOver = status === 'SUCCESSFUL' || status === 'FAILED';
  const isFile = found.data.filename !== null && found.data.run !== undefined;
  return {
    ...known,
    upload: status === 'AWAITING_UPLOAD' ? uploadLink(context, origin, found) : null,
    review_url: !isOver && (await isReviewOpen(context, context.workspace, found.id)) ? reviewLink(context, origin, found) : null,
    result_metadata,
    import_errors,
    original_file_download: isFile ? await downloadLink(context, origin, found.file) : null,
    ...(destination && { destination }),
  };
}

/** Where the rows went besides, with what proves it. */
function deliveredTo({ data: { destination } }: StoredImport, { receipts }: Standing): Pick<z.input<typeof view>, 'destination'> {
  if (!destination) return {};
  const { connection, table } = destination;
  return { destination: { connection, table, receipts: [...receipts] } };
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

/** Null where its bytes are gone. */
export async function downloadLink(context: RouteContext, origin: string, file: string): Promise<string | null> {
  const asked = { file, method: 'GET', expires_in: linkSecondsOf(context) };
  const lent = await perform(lendFile, context, asked).catch((error: unknown) => {
    if (error instanceof HeadgateError && (error.code === 'object.missing' || error.code === 'object.conflict')) return null;
    throw error;
  });
  return lent && new URL(lent.url, origin).href;
}

/** Throws `object.missing` where there are none, or not any more. */
export async function rowsLink(context: RouteContext, origin: string, rows: string | undefined): Promise<string> {
  const link = rows === undefined ? null : await downloadLink(context, origin, rows);
  if (link === null) throw missing();
  return link;
}
