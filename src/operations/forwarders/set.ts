import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { forwardLabels } from '../../domain/forward.ts';
import { flowSpecs } from '../../domain/pipeline.ts';
import { findForward, importsOf, saveForward } from '../../store/forwards.ts';
import { receiptsOf } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { requireForwarder } from './forwarder.ts';

export const setForward = defineOperation({
  name: 'forwards.set',
  summary: 'Post the events and users of a pipeline on: those that are there already, and those of all runs to come',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    forwarder: z.string().min(1).max(100),
    labels: forwardLabels.default({}).meta({ description: 'On batches of users, and of events that have none of their own' }),
  }),
  output: z.object({}),
  async run(context, { pipeline, forwarder, labels }) {
    const { db, workspace, clock } = context;
    const { id, flows } = await requirePipeline(context, pipeline);
    if (!flowSpecs.parse(flows).some(({ derive }) => derive)) {
      throw new HeadgateError(
        'object.conflict',
        'this pipeline derives neither events nor profiles: there is nothing to post on',
      );
    }
    const wish = { pipeline: id, forwarder: (await requireForwarder(context, forwarder)).id, labels };
    // What the pipeline has made before is found out once.
    const known = (await findForward(db, workspace, id))?.forwarder_id === wish.forwarder;
    const imports = known ? [] : importsOf(await receiptsOf(db, workspace, id));
    await saveForward(db, workspace, wish, imports, clock.now());
    return {};
  },
});
