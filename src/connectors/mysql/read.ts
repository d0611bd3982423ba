/** Runs one SELECT and answers its rows as a `csv` document, with the socket taken over from the driver meanwhile. */
import { HeadgateError } from '../../domain/error.ts';
import { Packets } from './packets.ts';
import { RowEncoder, type Form } from './row-csv.ts';
import type { Session } from './session.ts';

/** Bytes of document that wait for whoever reads it before the socket is paused. */
const ahead = 1 << 20;

const serverError = (data: Buffer, start: number, end: number): Error =>
  Object.assign(new Error(data.toString('utf8', start + 9, end)), { errno: data.readUInt16LE(start + 1) });

export interface ReadResult {
  /** The document. Leaving it early cancels the statement at the server. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** After the last chunk. */
  rows(): number;
}

class Reading {
  readonly encoder: RowEncoder;
  readonly #packets = new Packets();
  readonly #columns: number;
  #stage: 'header' | 'fields' | 'rows' | 'done' = 'header';
  #fields = 0;
  failure: unknown;
  wake: () => void = () => undefined;

  constructor(forms: readonly Form[]) {
    this.#columns = forms.length;
    this.encoder = new RowEncoder(forms);
  }

  get done(): boolean {
    return this.#stage === 'done';
  }

  push(chunk: Buffer): void {
    try {
      this.#packets.push(chunk, (data, start, end) => this.#packet(data, start, end));
    } catch (error) {
      this.fail(error);
    }
    this.wake();
  }

  fail(error: unknown): void {
    this.failure ??= error;
    this.wake();
  }

  #packet(data: Buffer, start: number, end: number): boolean {
    const first = data[start];
    if (first === 0xff) {
      this.#stage = 'done';
      throw serverError(data, start, end);
    }
    const ends = first === 0xfe && end - start < 9;
    switch (this.#stage) {
      case 'header':
        // 0xfb asks for a file, 0 means no rows: neither is an answer to a SELECT.
        if (first === 0xfb || first === 0)
          throw new HeadgateError('connect.refused', 'the server answered a query with something else');
        this.#stage = 'fields';
        break;
      case 'fields':
        if (!ends) this.#fields += 1;
        else if (this.#fields !== this.#columns) throw new HeadgateError('stream.changed', 'the columns have changed');
        else this.#stage = 'rows';
        break;
      case 'rows':
        if (!ends) this.encoder.add(data, start, end);
        else this.#stage = 'done';
        break;
      case 'done':
        return false;
    }
    return true;
  }
}

export function readRows(session: Session, sql: string, forms: readonly Form[], doing: string): ReadResult {
  const reading = new Reading(forms);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    const { stream, release } = session.takeOver(
      (chunk) => {
        reading.push(chunk);
        if (reading.encoder.size >= ahead) stream.pause();
      },
      (error) => reading.fail(error),
    );
    try {
      stream.write(queryPacket(sql));
      for (;;) {
        // A cancelled session may have the rest of the rows already; it is not to be taken for a whole read.
        if (reading.failure !== undefined || !session.alive)
          throw session.explain(reading.failure ?? new Error('the read was cancelled'), doing);
        if (reading.encoder.size > 0 && (reading.done || reading.encoder.size >= 1 << 16)) {
          yield reading.encoder.take();
          continue;
        }
        if (reading.done) return;
        const woken = new Promise<void>((resolve) => (reading.wake = resolve));
        stream.resume();
        await woken;
      }
    } finally {
      release();
      if (!reading.done) await session.cancel();
      else stream.resume();
    }
  }
  return { chunks: chunks(), rows: () => reading.encoder.rows };
}

function queryPacket(sql: string): Buffer {
  const text = Buffer.from(sql, 'utf8');
  // 16 MB of statement would need several packets; nothing that we ask comes near.
  if (text.length >= 0xfffffe) throw new HeadgateError('usage.arguments', 'the statement is longer than 16 MB');
  const packet = Buffer.allocUnsafe(5 + text.length);
  packet.writeUIntLE(text.length + 1, 0, 3);
  packet[3] = 0;
  packet[4] = 3;
  text.copy(packet, 5);
  return packet;
}
