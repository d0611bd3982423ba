/** Tells from a connection's bytes when the server has said that a transaction is committed. One per connection. */
import { Packets } from '../../src/connectors/mysql/packets.ts';
import { Frames } from './frames.ts';

export interface Commits {
  toServer(chunk: Buffer): void;
  /** How many transactions the server says in this chunk to have committed. */
  toClient(chunk: Buffer): number;
}

const tlsRequest = 80877103;

/** Servers whose protocol is known here; neither is understood through TLS. */
export const commitsOf = {
  postgres: (): Commits => {
    let frames: Frames | undefined;
    return {
      // The answer to a request for TLS is one bare byte.
      toServer: (chunk) => (frames ??= new Frames(chunk.length === 8 && chunk.readUInt32BE(4) === tlsRequest ? 1 : 0)),
      toClient: (chunk) =>
        frames
          ?.push(chunk)
          .filter(({ tag, body }) => tag === 'C' && body.toString('latin1') === 'COMMIT\0')
          .toArray().length ?? 0,
    };
  },
  mysql: (): Commits => {
    const [sent, answered] = [new Packets(), new Packets()];
    let asked = false;
    return {
      toServer: (chunk) =>
        sent.push(chunk, (data, start, end) => {
          asked = end - start < 16 && /^\x03.*commit$/i.test(data.toString('latin1', start, end));
          return true;
        }),
      toClient: (chunk) => {
        let committed = 0;
        answered.push(chunk, (data, start) => {
          if (asked && data[start] === 0) committed += 1;
          asked = false;
          return true;
        });
        return committed;
      },
    };
  },
} as const satisfies Readonly<Record<string, () => Commits>>;

export type Protocol = keyof typeof commitsOf;
