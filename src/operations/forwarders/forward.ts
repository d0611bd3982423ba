/** Posts what a pipeline has made since the last mark: what a worker does with a forward that it took. */
import { createHash } from 'node:crypto';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { requestEnd } from '../../domain/event-batch.ts';
import { marked, type Forwarded, type Marks } from '../../domain/forward.ts';
import { flowSpecs } from '../../domain/pipeline.ts';
import { createContext } from '../../engine/context.ts';
import type { Forward } from '../../jobs/forwards.ts';
import { post } from '../../notify/post.ts';
import { signedHeaders, signing } from '../../notify/signature.ts';
import { markForward, type TakenForward } from '../../store/forwards.ts';
import { findPipeline, type PipelineRow } from '../../store/pipelines.ts';
import { openSecrets } from '../../store/secrets.ts';
import { silent } from '../log.ts';
import type { Ports } from '../operation.ts';
import { endsOf } from '../pipelines/ends.ts';
import { roomOf } from '../room.ts';
import type { ForwarderSecrets } from './forwarder.ts';
import { readPage, type Page, type Place } from './rows.ts';

/** Somebody else has taken it over. */
class Overtaken extends Error {}

export const forwardOf =
  (ports: Ports): Forward =>
  async (taken, signal) => {
    try {
      await forwardAll(taken, ports, signal);
      return undefined;
    } catch (error) {
      if (error instanceof Overtaken) return undefined;
      return asHeadgateError(error, 'forwarding').code;
    }
  };

async function forwardAll(taken: TakenForward, ports: Ports, signal: AbortSignal): Promise<void> {
  const workspace = Number(taken.workspace_id);
  const pipeline = await findPipeline(ports.db, workspace, taken.pipeline_id);
  if (!pipeline) throw new Overtaken();
  const { destination } = await endsOf({ ...ports, workspace }, pipeline);
  const { source } = destination;
  if (!source) throw new HeadgateError('usage.mode', 'forwarding: the destination cannot be read');
  await using context = await createContext({ ...roomOf(ports, workspace), signal, log: silent });
  // Sealed by us in this form.
  const secrets = (await openSecrets(ports.db, ports.key, workspace, taken.forwarder_id)) as unknown as ForwarderSecrets;
  let positions = taken.positions;
  for (const { namespace, what } of derivedBy(pipeline)) {
    for (const of of taken.imports) {
      const place: Place = { source, context, namespace, import: of, labels: taken.labels };
      for (let last = false; !last;) {
        signal.throwIfAborted();
        const page = await readPage(place, what, positions[of]?.[what]);
        positions = await postPage(page, { taken, secrets, ports, signal, positions, of, what });
        last = page.last;
      }
    }
  }
}

/** Which tables, and where: each once. */
function derivedBy({ flows }: PipelineRow): readonly { readonly namespace: string; readonly what: Forwarded }[] {
  const all = flowSpecs
    .parse(flows)
    .flatMap(({ derive }) => (derive ? [{ namespace: derive.namespace, what: derive.into }] : []));
  return [...new Map(all.map((one) => [`${one.what} ${one.namespace}`, one])).values()];
}

interface Posting {
  readonly taken: TakenForward;
  readonly secrets: ForwarderSecrets;
  readonly ports: Ports;
  readonly signal: AbortSignal;
  readonly positions: Marks;
  readonly of: string;
  readonly what: Forwarded;
}

/** Resolves to how far it came: all of the page. Throws `server.refused` for an answer that is no 2xx, Overtaken. */
async function postPage(page: Page, { taken, secrets, ports, signal, of, what, ...posting }: Posting): Promise<Marks> {
  let positions = posting.positions;
  for (let from = 0; from < page.batches.length;) {
    const to = requestEnd(page.batches, from, taken.batch);
    const body = `[${page.batches.slice(from, to).join(',')}]`;
    // What is repeated has the same id as long as it is the same.
    const id = createHash('sha256').update(body).digest('hex').slice(0, 32);
    // Receivers compare the time with their own: that of a test clock would be refused.
    const signed = signedHeaders(id, new Date(), body, signing(secrets, ports.clock.now()));
    const status = await post(taken.url, { ...secrets.headers, ...signed }, body, ports.net, signal);
    if (status < 200 || status > 299) throw new HeadgateError('server.refused', `forwarding: the answer was ${status}`);
    const mark = page.marks[to - 1];
    if (mark) positions = marked(positions, of, what, mark);
    if (!(await markForward(ports.db, taken, positions, to - from, ports.clock.now()))) throw new Overtaken();
    from = to;
  }
  return positions;
}
