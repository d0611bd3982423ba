/**
 * A change source over one PostgreSQL replication slot that feeds many tables: the hardest user of the interfaces.
 * It peeks at the slot (so nothing is consumed), checkpoints at every commit, and moves the slot only when the engine
 * acknowledges a position, that is after the publish.
 */
import pg from 'pg';
import type { Json } from '../../src/domain/json.ts';
import { refName, type StreamRef } from '../../src/domain/schema.ts';
import type { Acknowledges, ReadRequest, Source, SourceEvent } from '../../src/sdk/index.ts';
import { decode, type Column, type Message, type Tuple } from './pgoutput.ts';

interface Position {
  readonly lsn: string;
}

const quote = (value: string | null | undefined): string =>
  value === null || value === undefined ? '' : `"${value.replaceAll('"', '""')}"`;
const line = (...cells: readonly (string | null | undefined)[]): string => `${cells.map(quote).join(',')}\n`;
const lsnText = (lsn: bigint): string => `${(lsn >> 32n).toString(16)}/${(lsn & 0xffffffffn).toString(16)}`;
const lsnOf = (text: string): bigint => {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
};

export class SlotSource implements Source, Acknowledges {
  readonly #client: pg.Client;
  readonly #slot: string;
  readonly #publication: string;

  constructor(url: string, slot: string, publication: string) {
    this.#client = new pg.Client({ connectionString: url });
    this.#slot = slot;
    this.#publication = publication;
  }

  async connect(): Promise<this> {
    await this.#client.connect();
    return this;
  }

  check = (): Promise<readonly never[]> => Promise.resolve([]);
  discover = (): Promise<readonly never[]> => Promise.resolve([]);
  explain = (): readonly string[] => [];

  async *read(request: ReadRequest): AsyncGenerator<SourceEvent> {
    const from = request.from as unknown as Position | undefined; // our own position, as read() wrote it
    const done = from ? lsnOf(from.lsn) : 0n;
    const streams = new Map(request.flows.map((flow) => [refName(flow.stream), flow.stream]));
    const relations = new Map<number, { stream: StreamRef | undefined; columns: readonly Column[] }>();
    const result = await this.#client.query<{ data: Buffer }>(
      `select data from pg_logical_slot_peek_binary_changes($1, null, null, 'proto_version', '1', 'publication_names', $2)`,
      [this.#slot, this.#publication],
    );
    let position: Json = request.from ?? null;
    let transaction: { stream: StreamRef; text: string }[] = [];
    let seq = 0;
    for (const { data } of result.rows) {
      const message = decode(data);
      if (!message || message.kind === 'begin') continue;
      if (message.kind === 'relation') {
        relations.set(message.id, { stream: streams.get(message.name), columns: message.columns });
      } else if (message.kind === 'commit') {
        // Redelivered after a kill between publish and acknowledge: the ledger's position is past it.
        if (message.end > done) {
          for (const { stream, text } of transaction) yield { type: 'bytes', stream, data: Buffer.from(text) };
          position = { lsn: lsnText(message.end) };
          yield { type: 'checkpoint', position };
        }
        transaction = [];
      } else {
        for (const id of message.kind === 'truncate' ? message.ids : [message.id]) {
          const relation = relations.get(id);
          if (relation?.stream)
            transaction.push({ stream: relation.stream, text: records(message, relation.columns, () => String((seq += 1))) });
        }
      }
    }
    yield {
      type: 'checkpoint',
      position,
      proof: { evidence: 'the end of the slot', guarantee: 'every change once', warnings: [] },
    };
  }

  async acknowledge(position: Json): Promise<void> {
    if (position === null) return;
    const { lsn } = position as unknown as Position; // our own position, as read() wrote it
    await this.#client.query('select pg_replication_slot_advance($1, $2::pg_lsn)', [this.#slot, lsn]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

/** The change as csv records of the wire: `_op, _seq, _unchanged`, then the columns. A changed key is a delete and an insert. */
function records(
  message: Exclude<Message, { kind: 'begin' | 'commit' | 'relation' }>,
  columns: readonly Column[],
  next: () => string,
): string {
  const keyOnly = (row: Tuple): Tuple => columns.map((column, index) => (column.key ? row[index] : null));
  if (message.kind === 'truncate') return line('t', next(), null, ...columns.map(() => null));
  if (message.kind === 'delete') return line('d', next(), null, ...keyOnly(message.old));
  const unchanged = columns.filter((_, index) => message.row[index] === undefined).map((column) => column.name);
  const sent = unchanged.length > 0 ? JSON.stringify(unchanged) : null;
  if (message.kind === 'insert') return line('i', next(), sent, ...message.row);
  const moved = message.old ? line('d', next(), null, ...keyOnly(message.old)) : '';
  return `${moved}${line('u', next(), sent, ...message.row)}`;
}
