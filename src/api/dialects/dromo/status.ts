/** How far an import is, and what came of it. */
import { z } from 'zod';
import { grouped } from '../../../domain/count.ts';
import { fieldPlace } from '../../../domain/fields/places.ts';
import type { AssessTask } from '../../../domain/run.ts';
import type { fileView } from '../../../operations/files/file.ts';
import { severalFiles } from '../../../operations/files/several.ts';
import { perform } from '../../../operations/operation.ts';
import { begunReviews, type Begun, type ReviewEnd } from '../../../operations/reviews/end.ts';
import { severalRuns } from '../../../operations/runs/several.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';

export const statuses = ['AWAITING_UPLOAD', 'RUNNING', 'SUCCESSFUL', 'FAILED', 'NEEDS_REVIEW'] as const;

/** As the run wrote them down. */
const findings = z.object({
  headers: z.array(z.string()),
  columns: z.record(z.string(), z.array(z.number())),
  /** Absent = it was written down before there were any. */
  places: z.record(z.string(), fieldPlace).optional(),
  /** The fields of the rows, in their order; absent = it was written down before anybody asked. */
  keys: z.array(z.string()).optional(),
  blocks: z.array(z.object({ code: z.string(), message: z.string() })),
  counts: z.object({ rows: z.number(), invalid: z.number(), delivered: z.number(), errors: z.number(), dropped: z.number() }),
  told: z.record(z.string(), z.json()).default({}),
  invalidRows: z.array(z.number()),
  errors: z.array(
    z.object({
      rowIndex: z.number(),
      fieldKey: z.string(),
      message: z.string(),
      value: z.string(),
      part: z.number().optional(),
    }),
  ),
});

export type Findings = z.output<typeof findings>;

/** Is it only tried out? A hook may say otherwise than the settings. */
export function isTrial({ settings }: StoredImport['data'], found: Findings | undefined): boolean {
  const said = found?.told['developmentMode'];
  return typeof said === 'boolean' ? said : (settings.developmentMode ?? false);
}

/** `hook`, `index` (from 0) and `row` of a hook that was not run to its end, and what it said. */
export const importError = z.object({
  message: z.string(),
  code: z.string(),
  hook: z.string().exactOptional(),
  index: z.number().int().exactOptional(),
  row: z.number().int().nullable().exactOptional(),
});

export type ImportError = z.output<typeof importError>;

/** As the run wrote it down. */
const failure = z.object({ hook: z.string(), index: z.number(), row: z.number().nullable(), said: z.string().nullable() });

export interface Standing {
  readonly status: (typeof statuses)[number];
  /** When it became so. */
  readonly since: string;
  readonly errors: readonly ImportError[];
  /** The entry of the review's log that its errors are about; absent = it had not begun. */
  readonly heardAt?: number;
  readonly findings?: Findings;
  /** A person has looked through the rows, and ended that. */
  readonly reviewed?: true;
  /** The file with its rows, once they are delivered. */
  readonly rows?: string;
  /** What was found out and has to be decided on was found so. */
  readonly task?: AssessTask;
  /** Of the rows that went into a table. */
  readonly receipts: Made['run']['receipts'];
}

/** What is known of several imports. */
interface Known {
  readonly files: ReadonlyMap<string, z.output<typeof fileView>>;
  readonly runs: ReadonlyMap<string, Made>;
  readonly reviews: ReadonlyMap<string, Begun>;
}

/** A run with what it has made. */
type Made = z.output<typeof severalRuns.output>['data'][number];

/** A few statements, however many imports they are. */
async function knownOf(context: RouteContext, imports: readonly StoredImport[]): Promise<Known> {
  const waiting = imports.filter(({ data }) => data.run === undefined).map(({ file }) => file);
  const runs = imports.flatMap(({ data: { run, delivery } }) => [run, delivery].filter((one) => one !== undefined));
  const ids = imports.filter(({ data }) => data.run !== undefined).map(({ id }) => id);
  const files = waiting.length === 0 ? [] : (await perform(severalFiles, context, { files: waiting })).data;
  const made = runs.length === 0 ? [] : (await perform(severalRuns, context, { runs })).data;
  return {
    files: new Map(files.map((file) => [file.id, file])),
    runs: new Map(made.map((one) => [one.run.id, one])),
    reviews: ids.length === 0 ? new Map() : await begunReviews(context, context.workspace, ids),
  };
}

/** Of an import that the caller may see; what stands behind it is a part of it. */
export async function standingOf(context: RouteContext, found: StoredImport): Promise<Standing> {
  const [standing] = (await standingsOf(context, [found])).map((one) => one.standing);
  if (!standing) throw new Error('every import stands somewhere');
  return standing;
}

/** In their order. */
export async function standingsOf(
  context: RouteContext,
  imports: readonly StoredImport[],
): Promise<readonly { readonly found: StoredImport; readonly standing: Standing }[]> {
  const known = await knownOf(asReader(context), imports);
  return imports.map((found) => {
    const { run, delivery = run } = found.data;
    const { receipts } = (delivery === undefined ? undefined : known.runs.get(delivery)?.run) ?? { receipts: [] };
    return { found, standing: { ...standingIn(found, known), receipts } };
  });
}

const asReader = (context: RouteContext): RouteContext => ({ ...context, actor: { ...context.actor, level: 'read' } });

/** Without what stands in its runs alone. */
type Stands = Omit<Standing, 'receipts'>;

function standingIn({ id, data, file, createdAt }: StoredImport, { files, runs, reviews }: Known): Stands {
  if (data.refused) {
    const errors = [{ code: 'FILE_TOO_LARGE', message: `The file is larger than ${grouped(data.refused.most)} bytes` }];
    return { status: 'FAILED', since: data.refused.at, errors };
  }
  if (data.run === undefined) {
    // What was given up is removed some time later.
    const found = files.get(file);
    if (found && found.state !== 'expired') return { status: 'AWAITING_UPLOAD', since: createdAt, errors: [] };
    const errors = [{ code: 'UPLOAD_EXPIRED', message: 'The file did not come' }];
    return { status: 'FAILED', since: found?.pending_until ?? data.expired ?? createdAt, errors };
  }
  const made = runs.get(data.run);
  const { end, reasons } = reviews.get(id) ?? {};
  if (made && made.run.state !== 'succeeded') return unfinished(made, sinceOf(made));
  const outcome = end ? reviewedOutcome(made, end) : made && outcomeOf(made, sinceOf(made), reasons);
  if (!outcome) {
    const errors = [{ code: 'RESULT_GONE', message: 'What came of the file has been deleted' }];
    return { status: 'FAILED', since: createdAt, errors };
  }
  const delivery = outcome.reviewed && data.delivery !== undefined ? runs.get(data.delivery) : undefined;
  if (!delivery) return outcome;
  // The rows are on their way to where they go besides.
  const at = delivery.run.finished_at ?? outcome.since;
  return delivery.run.state === 'succeeded' ? { ...outcome, since: at } : unfinished(delivery, at);
}

const sinceOf = ({ run }: Made): string => run.finished_at ?? run.started_at ?? run.queued_at;

function unfinished({ run, outputs }: Made, since: string): Stands {
  if (run.state === 'queued' || run.state === 'running' || run.state === 'retrying')
    return { status: 'RUNNING', since, errors: [] };
  const { code, message } = run.error ?? { code: 'run.cancelled', message: 'It was cancelled' };
  return { status: 'FAILED', since, errors: [failed(outputs, { code, message })] };
}

/** With what is known of the hook, where one has failed. */
function failed(outputs: Made['outputs'], error: ImportError): ImportError {
  if (!error.code.startsWith('hook.')) return error;
  const known = failure.safeParse(outputs.find(({ name }) => name === 'failure')?.value).data;
  if (!known) return error;
  const { hook, index, row, said } = known;
  return { ...error, message: said === null ? error.message : `${error.message}: ${said}`, hook, index, row };
}

const findingsIn = ({ outputs }: Made): Findings => findings.parse(outputs.find(({ file }) => file === null)?.value);

/** What hooks have said of the import stays said. */
function reviewedOutcome(made: Made | undefined, { at, result, file }: ReviewEnd): Stands {
  const last = findings.parse(result);
  const reviewed = { ...last, told: { ...(made && findingsIn(made).told), ...last.told } };
  return { status: 'SUCCESSFUL', since: at, errors: [], findings: reviewed, rows: file, reviewed: true };
}

function outcomeOf(made: Made, since: string, heard: Begun['reasons']): Stands {
  const { task } = made.run;
  const found = findingsIn(made);
  const rows = made.outputs.find(({ file }) => file !== null)?.file;
  if (found.blocks.length > 0)
    return {
      status: 'NEEDS_REVIEW',
      since,
      errors: heard?.blocks ?? found.blocks,
      ...(heard && { heardAt: heard.version }),
      findings: found,
      ...(task?.kind === 'assess' && { task }),
    };
  return { status: 'SUCCESSFUL', since, errors: [], findings: found, ...(rows != null && { rows }) };
}
