/** Names that must come out the same after a crash: everything that makes a replay a no-op hangs on them. Pure. */
import { createHash, randomBytes } from 'node:crypto';
import { canonicalJson, type Json } from '../domain/json.ts';
import { refName } from '../domain/schema.ts';
import type { Flow } from './flow.ts';

function digest(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 24);
}

/** What a position belongs to: source, stream and table. The policy may change between runs; the pipeline stays. */
export function pipelineId(source: string, destination: string, flow: Pick<Flow, 'stream' | 'into'>): string {
  const { stream } = flow.stream;
  return `cli_${digest(source, refName(stream), stream.query ?? '', destination, refName(flow.into))}`;
}

/**
 * Equal for a run and its resumption from the same position. The position is part of it: a resumed run that starts behind
 * its own last publish must not take that publish's token.
 */
export function publishToken(pipeline: string, run: string, from: Json | undefined): string {
  return `pub_${digest(pipeline, run, canonicalJson(from ?? null))}`;
}

/** Changes when a person asks for something else: then an interrupted run is not resumed but replaced. */
export function requestHash(flow: Flow): string {
  const { stream, brake: _allowed, ...asked } = flow;
  return digest(
    canonicalJson(
      JSON.parse(JSON.stringify({ ...asked, query: stream.stream.query ?? null, revision: stream.revision ?? null })) as Json,
    ),
  ); // plain data by construction
}

/** Sortable by the second, unique enough for one person's runs. */
export function newRunId(now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000).toString(36);
  return `run_${seconds}${randomBytes(5).toString('hex')}`;
}
