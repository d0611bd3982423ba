/** `headgate plan` and `verify` of an import while a server runs on the data directory: a pipeline of its that nobody keeps. */
import { randomUUID } from 'node:crypto';
import type { ErrorCode } from '../../domain/codes.ts';
import type { ChangeCounts, FlowPlan, Verification } from '../../engine/flow.ts';
import type { Reply } from '../../client/client.ts';
import { connectServer, type Connected } from '../client.ts';
import type { World } from '../command.ts';
import { exitCodeOf, worst, type ExitCode } from '../exit.ts';
import { dataDirOf } from '../hosted.ts';
import { bringPipeline, takeAway } from '../hosted-file.ts';
import type { Values } from '../options.ts';
import { errorLines, errorRecord } from '../render/error.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface Looked<R> {
  readonly result: R | null;
  readonly error: Failure | null;
}

/** As long as the server lets a look last. */
const seconds = { plan: 600, verify: 3600 };

/** `look` asks about the pipeline that stands for the import. */
export async function lookHosted<R>(
  location: string,
  values: Values,
  world: World,
  look: (client: Connected, pipeline: string) => Promise<readonly Looked<R>[]>,
  report: (result: R) => Promise<ExitCode>,
): Promise<ExitCode> {
  const client = await connectServer(world, { 'data-dir': dataDirOf(world), ...values });
  const hosted = await bringPipeline(client, `look-${randomUUID()}`, location, values, world);
  try {
    const codes: ExitCode[] = [];
    for (const { result, error } of await look(client, hosted.slug)) {
      if (result !== null) codes.push(await report(result));
      else if (error) codes.push(await complain(error, world));
    }
    return worst(codes);
  } finally {
    await takeAway(client, hosted);
  }
}

async function complain({ code, message, hint }: Failure, { terminal }: World): Promise<ExitCode> {
  const facts = { code: code as ErrorCode, message, hint }; // the server's codes are ours
  if (terminal.json) await terminal.record('error', errorRecord(facts));
  else for (const line of errorLines(facts, terminal.notePaint)) terminal.complain(line);
  return exitCodeOf(facts);
}

export async function askPlan(client: Connected, pipeline: string): Promise<readonly Looked<FlowPlan>[]> {
  const { flows } = await client.call('pipelines.plan', { pipeline, timeout_seconds: seconds.plan });
  return flows.map(({ plan, error }) => ({ result: plan && planOf(plan), error }));
}

type SentPlan = NonNullable<Reply<'pipelines.plan'>['flows'][number]['plan']>;

function planOf({ load_format, source_sql, destination_sql, columns, changes, ...rest }: SentPlan): FlowPlan {
  return {
    ...(rest as Pick<FlowPlan, 'stream' | 'table' | 'mode' | 'lane' | 'format' | 'reasons'>), // the server's words are ours
    loadFormat: load_format,
    columns: columns.map(({ source_type, native_type, ...names }) => ({
      ...names,
      sourceType: source_type,
      nativeType: native_type,
    })),
    sourceSql: source_sql,
    destinationSql: destination_sql,
    ...(changes && { changes: changesOf(changes) }),
  };
}

const changesOf = ({ held, ...counts }: NonNullable<SentPlan['changes']>): ChangeCounts =>
  held === null ? counts : { ...counts, held };

export async function askVerification(client: Connected, pipeline: string): Promise<readonly Looked<Verification>[]> {
  const { flows } = await client.call('pipelines.verify', { pipeline, timeout_seconds: seconds.verify });
  return flows.map(({ verification, error }) => ({ result: verification && verificationOf(verification), error }));
}

type SentVerification = NonNullable<Reply<'pipelines.verify'>['flows'][number]['verification']>;

const verificationOf = ({
  source_rows,
  destination_rows,
  source_digest,
  destination_digest,
  ...rest
}: SentVerification): Verification => ({
  ...rest,
  sourceRows: source_rows,
  destinationRows: destination_rows,
  sourceDigest: source_digest,
  destinationDigest: destination_digest,
});
