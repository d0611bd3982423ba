/** What those hear of a run who asked for it here. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Form, Telling } from '../../../operations/notifications/form.ts';
import { perform } from '../../../operations/operation.ts';
import { getPrincipal } from '../../../operations/principals/get.ts';
import type { RouteContext } from '../../dialect.ts';
import { jobOf, kind, typeOf, type Job } from './jobs.ts';
import { numberedRun, stateOf } from './runs.ts';

const errorSaid = z.object({ message: z.string() });

export function jobForm(contextOf: (workspace: number) => RouteContext): Form {
  const found = async ({ workspace, run }: Telling): Promise<Found | undefined> => {
    if (!run) return undefined;
    const context = contextOf(workspace);
    const [row] = await context.objects.of(kind, [run.pipeline_id]);
    return row && { context, run, job: jobOf(row) };
  };
  return {
    async post(telling) {
      const known = await found(telling);
      if (!known) return undefined;
      const { context, run, job } = known;
      const at = (date: Date | null): string | null => date?.toISOString() ?? null;
      const state = stateOf(run);
      const body = JSON.stringify({
        object: { id: job.number, type: typeOf(job.data), name: job.data.name },
        run: {
          id: await numberedRun(context.objects, run.id),
          state,
          createdAt: at(run.queued_at),
          startedAt: at(run.started_at),
          finishedAt: at(run.finished_at),
          error: state === 'failed' ? (errorSaid.safeParse(run.error).data?.message ?? 'The run failed.') : null,
        },
      });
      return { body, type: 'application/json', headers: () => ({}) };
    },
    async mail(telling, usual) {
      const known = await found(telling);
      if (!known) return undefined;
      const { notifications: given = {}, author } = known.job.data;
      const own = telling.event.kind === 'run.succeeded';
      const replyTo = given.successEmailReplyTo ?? (await addressOf(known.context, author));
      return {
        // Markdown reads well as it is written.
        subject: (own ? given.successEmailSubject : undefined) ?? usual.subject,
        text: (own ? given.successEmailBody : undefined) ?? usual.text,
        fromName: given.successEmailFromName ?? 'Civis',
        ...(replyTo !== null && { replyTo }),
      };
    },
  };
}

interface Found {
  readonly context: RouteContext;
  readonly run: NonNullable<Telling['run']>;
  readonly job: Job;
}

/** Null where it has none, or is gone. */
async function addressOf(context: RouteContext, principal: string): Promise<string | null> {
  try {
    return (await perform(getPrincipal, context, { principal })).email;
  } catch (error) {
    if (error instanceof HeadgateError && error.code === 'object.missing') return null;
    throw error;
  }
}
