/** How far an import is, and what came of it. */
import { z } from 'zod';
import type { AssessTask } from '../../../domain/run.ts';
import type { fileView } from '../../../operations/files/file.ts';
import { severalFiles } from '../../../operations/files/several.ts';
import { perform } from '../../../operations/operation.ts';
import { reviewEnds, type ReviewEnd } from '../../../operations/reviews/end.ts';
import { severalRuns } from '../../../operations/runs/several.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { missing } from './schemas-stored.ts';

export const statuses = ['AWAITING_UPLOAD', 'RUNNING', 'SUCCESSFUL', 'FAILED', 'NEEDS_REVIEW'] as const;

/** As the run wrote them down. */
const findings = z.object({
  headers: z.array(z.string()),
  columns: z.record(z.string(), z.array(z.number())),
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
  readonly findings?: Findings;
  /** A person has looked through the rows, and ended that. */
  readonly reviewed?: true;
  /** The file with its rows, once they are delivered. */
  readonly rows?: string;
  /** What was found out and has to be decided on was found so. */
  readonly task?: AssessTask;
}

/** What is known of several imports. */
interface Known {
  readonly files: ReadonlyMap<string, z.output<typeof fileView>>;
  readonly runs: ReadonlyMap<string, Made>;
  readonly ends: ReadonlyMap<string, ReviewEnd>;
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
    ends: ids.length === 0 ? new Map() : await reviewEnds(context, context.workspace, ids),
  };
}

/** Throws `object.missing` where the caller may not see what it is about. */
export async function standingOf(context: RouteContext, found: StoredImport): Promise<Standing> {
  const [one] = await standingsOf(context, [found]);
  if (!one) throw missing();
  return one.standing;
}

/** In their order; without those that the caller may not see. */
export async function standingsOf(
  context: RouteContext,
  imports: readonly StoredImport[],
): Promise<readonly { readonly found: StoredImport; readonly standing: Standing }[]> {
  const known = await knownOf(context, imports);
  return imports.flatMap((found) => {
    const standing = standingIn(found, known);
    return standing ? [{ found, standing }] : [];
  });
}

/** Undefined = something of it is not known. */
function standingIn({ id, data, file, createdAt }: StoredImport, { files, runs, ends }: Known): Standing | undefined {
  if (data.run === undefined) {
    // What was given up is removed some time later.
    const found = files.get(file);
    if (found && found.state !== 'expired') return { status: 'AWAITING_UPLOAD', since: createdAt, errors: [] };
    const errors = [{ code: 'UPLOAD_EXPIRED', message: 'The file did not come' }];
    return { status: 'FAILED', since: found?.pending_until ?? createdAt, errors };
  }
  const made = runs.get(data.run);
  if (!made) return undefined;
  const { run } = made;
  const since = run.finished_at ?? run.started_at ?? run.queued_at;
  if (run.state !== 'succeeded') return unfinished(made, since);
  const outcome = outcomeOf(made, ends.get(id), since);
  if (!outcome.reviewed || data.delivery === undefined) return outcome;
  // The rows are on their way to where they go besides.
  const delivery = runs.get(data.delivery);
  if (!delivery) return undefined;
  const at = delivery.run.finished_at ?? outcome.since;
  return delivery.run.state === 'succeeded' ? { ...outcome, since: at } : unfinished(delivery, at);
}

function unfinished({ run, outputs }: Made, since: string): Standing {
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

function outcomeOf({ run: { task }, outputs }: Made, end: ReviewEnd | undefined, since: string): Standing {
  const found = findings.parse(outputs.find(({ file }) => file === null)?.value);
  if (end) {
    // What hooks have said of the import stays said.
    const last = findings.parse(end.result);
    const reviewed = { ...last, told: { ...found.told, ...last.told } };
    return { status: 'SUCCESSFUL', since: end.at, errors: [], findings: reviewed, rows: end.file, reviewed: true };
  }
  const rows = outputs.find(({ file }) => file !== null)?.file;
  if (found.blocks.length > 0)
    return { status: 'NEEDS_REVIEW', since, errors: found.blocks, findings: found, ...(task?.kind === 'assess' && { task }) };
  return { status: 'SUCCESSFUL', since, errors: [], findings: found, ...(rows != null && { rows }) };
}
