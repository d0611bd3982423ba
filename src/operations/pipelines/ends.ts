/** The two connections of a stored pipeline. */
import { HeadgateError } from '../../domain/error.ts';
import type { Sides } from '../../engine/targets.ts';
import type { Connection } from '../../sdk/index.ts';
import { findConnection } from '../../store/connections.ts';
import type { PipelineRow } from '../../store/pipelines.ts';
import { configured } from '../connections/connection.ts';
import type { OpContext } from '../operation.ts';

type Reads = Pick<OpContext, 'db' | 'key' | 'dataDir' | 'workspace' | 'clock'>;

/** Both ends of a pipeline, known to be able to be what they are. */
export interface Ends {
  readonly source: Connection & Required<Pick<Connection, 'source'>>;
  readonly destination: Connection & Required<Pick<Connection, 'destination'>>;
}

/** Throws `object.missing`, `usage.mode`. */
export async function endsOf(context: Reads, pipeline: Pick<PipelineRow, 'source_id' | 'destination_id'>): Promise<Ends> {
  const side = async (id: string): Promise<Connection> => {
    const row = await findConnection(context.db, context.workspace, id);
    if (!row) throw new HeadgateError('object.missing', 'a connection of this pipeline is gone');
    return await configured(context, row);
  };
  const [source, destination] = [await side(pipeline.source_id), await side(pipeline.destination_id)];
  if (!source.source || !destination.destination) {
    throw new HeadgateError('usage.mode', 'these connections cannot be a source and a destination');
  }
  return {
    source: { ...source, source: source.source },
    destination: { ...destination, destination: destination.destination },
  };
}

export function sidesOf({ source, destination }: Ends): Sides {
  const { identifiers } = destination.destination;
  return { sourceNamespace: source.source.defaultNamespace, identifiers, single: false };
}
