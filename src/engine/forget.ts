/** Takes back all that a flow has written: what it derived, its table and its positions. */
import { HeadgateError } from '../domain/error.ts';
import { refName } from '../domain/schema.ts';
import { canForget, type Forgotten } from '../sdk/index.ts';
import { createContext } from './context.ts';
import type { Flow, Session } from './flow.ts';
import { pipelineId } from './identity.ts';
import { requireSide } from './run.ts';

/** Throws `usage.mode` where the destination cannot. */
export async function forgetFlow(flow: Pick<Flow, 'stream' | 'into'>, session: Session): Promise<Forgotten> {
  await using context = await createContext(session);
  await using destination = await requireSide(session.destination, 'destination').open(context);
  if (!canForget(destination))
    throw new HeadgateError('usage.mode', `forgetting ${refName(flow.into)}: its destination keeps no books of what was derived`);
  const pipeline = pipelineId(session.source.identity, session.destination.identity, flow);
  // From here on no run of the flow that has begun can publish any more, whatever it has read.
  await destination.claim(pipeline);
  return await destination.forget(flow.into, [pipeline]);
}
