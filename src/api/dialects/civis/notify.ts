/** What those hear of a run who asked for it here. */
import { z } from 'zod';
import type { Teller } from '../../../operations/notifications/teller.ts';
import type { TellContext } from '../../dialect.ts';
import { jobOf, kind, typeOf, type Job } from './jobs.ts';
import { numberedRun, stateOf } from './runs.ts';

const errorSaid = z.object({ message: z.string() });

export function tells({ objects, addressOf: mailOf }: TellContext): Teller {
  const jobOfPipeline = async (pipeline: string): Promise<Job | undefined> => {
    const [row] = await objects.of(kind, [pipeline]);
    return row && jobOf(row);
  };
  return {
    async post({ pipeline, run }) {
      const job = await jobOfPipeline(pipeline);
      if (!job) return undefined;
      const at = (date: Date | null): string | null => date?.toISOString() ?? null;
      const state = stateOf(run);
      return JSON.stringify({
        object: { id: job.number, type: typeOf(job.data), name: job.data.name },
        run: {
          id: await numberedRun(objects, run.id),
          state,
          createdAt: at(run.queued_at),
          startedAt: at(run.started_at),
          finishedAt: at(run.finished_at),
          error: state === 'failed' ? (errorSaid.safeParse(run.error).data?.message ?? 'The run failed.') : null,
        },
      });
    },
    async mail({ kind: event, pipeline }, usual) {
      const job = await jobOfPipeline(pipeline);
      if (!job) return undefined;
      const { notifications: given = {}, author } = job.data;
      const own = event === 'run.succeeded';
      const replyTo = given.successEmailReplyTo ?? (await mailOf(author));
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
