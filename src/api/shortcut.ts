/** Bodies and ends of requests from their sockets: the same through the objects of the web costs twice as much for each byte. */
import { IncomingMessage, ServerResponse } from 'node:http';

export interface Shortcut {
  /** The bytes of the body; nobody else may have asked for them. */
  body(): AsyncIterable<Uint8Array>;
  /** Aborted when the client goes before it has its answer. */
  readonly signal: AbortSignal;
}

/** Undefined where there is no socket, or its server is not the usual one. `env` = what the server hands on beside the request. */
export function shortcutOf(env: unknown): Shortcut | undefined {
  if (typeof env !== 'object' || env === null || !('incoming' in env) || !('outgoing' in env)) return undefined;
  const { incoming, outgoing } = env;
  if (!(incoming instanceof IncomingMessage) || !(outgoing instanceof ServerResponse)) return undefined;
  const gone = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  // Whoever stops reading still wants to answer.
  return { body: () => incoming.iterator({ destroyOnReturn: false }), signal: gone.signal };
}
