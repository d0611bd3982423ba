/** Takes back all that a flow has written: events, properties, identities, its table and its positions. */
import { HeadgateError } from '../domain/error.ts';
import { refName } from '../domain/schema.ts';
import type { Forgotten } from '../sdk/index.ts';
import { createContext } from './context.ts';
import type { Flow, Session } from './flow.ts';
import { pipelineId } from './identity.ts';
import { requireSide } from './run.ts';

/** Rows of a user's own in other tables stay. Throws `usage.mode` where the destination keeps no books of what it derived. */
export async function forgetFlow(flow: Pick<Flow, 'stream' | 'into' | 'policy'>, session: Session): Promise<Forgotten> {
  await using context = await createContext(session);
  await using destination = await requireSide(session.destination, 'destination').open(context);
  const { derive } = flow.policy;
  if (!destination.forget || !derive)
    throw new HeadgateError('usage.mode', `forgetting ${refName(flow.into)}: nothing was derived from it`);
  const pipeline = pipelineId(session.source.identity, session.destination.identity, flow);
  // From here on no run of the flow can publish any more, whatever it has read.
  const { fence } = await destination.claim(pipeline);
  return await destination.forget({ pipeline, fence, table: flow.into, namespace: derive.namespace });
}
