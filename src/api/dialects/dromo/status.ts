/** How far an import is, and what came of it. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { AssessTask, RunTask } from '../../../domain/run.ts';
import { getFile } from '../../../operations/files/get.ts';
import { perform } from '../../../operations/operation.ts';
import { getRun } from '../../../operations/runs/get.ts';
import type { runView } from '../../../operations/runs/run.ts';
import { reviewEnd } from '../../../operations/reviews/end.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';

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

export async function standingOf(context: RouteContext, { id, data, file, createdAt }: StoredImport): Promise<Standing> {
  if (data.run === undefined) {
    // What was given up is removed some time later.
    const found = await perform(getFile, context, { file }).catch(orMissing);
    if (found && found.state !== 'expired') return { status: 'AWAITING_UPLOAD', since: createdAt, errors: [] };
    const errors = [{ code: 'UPLOAD_EXPIRED', message: 'The file did not come' }];
    return { status: 'FAILED', since: found?.pending_until ?? createdAt, errors };
  }
  const run = await perform(getRun, context, { run: data.run });
  const since = run.finished_at ?? run.started_at ?? run.queued_at;
  if (run.state !== 'succeeded') return (await unfinished(context, run, since)) ?? { status: 'RUNNING', since, errors: [] };
  const outcome = await outcomeOf(context, { id, run: data.run, task: run.task }, since);
  if (!outcome.reviewed || data.delivery === undefined) return outcome;
  // The rows are on their way to where they go besides.
  const delivery = await perform(getRun, context, { run: data.delivery });
  const at = delivery.finished_at ?? outcome.since;
  return (await unfinished(context, delivery, at)) ?? { ...outcome, since: at };
}

type Run = z.output<typeof runView>;

/** Undefined = it has ended well. */
async function unfinished(context: RouteContext, run: Run, since: string): Promise<Standing | undefined> {
  if (run.state === 'succeeded') return undefined;
  if (run.state === 'queued' || run.state === 'running' || run.state === 'retrying')
    return { status: 'RUNNING', since, errors: [] };
  const { code, message } = run.error ?? { code: 'run.cancelled', message: 'It was cancelled' };
  return { status: 'FAILED', since, errors: [await failed(context, run.id, { code, message })] };
}

function orMissing(error: unknown): undefined {
  if (!(error instanceof HeadgateError) || error.code !== 'object.missing') throw error;
}

/** With what is known of the hook, where one has failed. */
async function failed(context: RouteContext, run: string, error: ImportError): Promise<ImportError> {
  if (!error.code.startsWith('hook.')) return error;
  const { data: outputs } = await perform(runOutputs, context, { run });
  const known = failure.safeParse(outputs.find(({ name }) => name === 'failure')?.value).data;
  if (!known) return error;
  const { hook, index, row, said } = known;
  return { ...error, message: said === null ? error.message : `${error.message}: ${said}`, hook, index, row };
}

async function outcomeOf(
  context: RouteContext,
  { id, run, task }: { readonly id: string; readonly run: string; readonly task: RunTask | null },
  since: string,
): Promise<Standing> {
  const { data: outputs } = await perform(runOutputs, context, { run });
  const found = findings.parse(outputs.find(({ file }) => file === null)?.value);
  const end = await reviewEnd(context, context.workspace, id);
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
