/** Refused rows, from the file that the engine wrote on this machine into the state, where every machine finds them. */
import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { asHeadgateError } from '../../domain/error.ts';
import { refName } from '../../domain/schema.ts';
import type { Flow, Session } from '../../engine/flow.ts';
import { wireRows } from '../../engine/wire-rows.ts';
import type { Log } from '../../sdk/index.ts';
import type { Db } from '../../store/db.ts';
import { clearRejects, insertRejects, type NewReject, type RejectPlace } from '../../store/rejects.ts';
import { grouped } from '../../domain/count.ts';

/** Of one flow of one run; its receipt counts them all. */
const most = 100_000;
const batchRows = 500;
/** Of the first refused fields the log says where they are. */
const told = 20;

/** Of one attempt: what it keeps first takes the place of what an earlier one kept. */
export function rejectsKeeper(db: Db, placeOf: (flow: Flow) => RejectPlace, log: Log): NonNullable<Session['keepRejects']> {
  const kept = new Set<string>();
  return async (flow, beside) => {
    const place = placeOf(flow);
    await keepRejects(db, place, flow, { log, anew: !beside || !kept.has(place.table) });
    kept.add(place.table);
  };
}

interface Keeping {
  readonly log: Log;
  /** In the place of what is there. */
  readonly anew: boolean;
}

/** All of a flow's, in one transaction, before the publish that leaves them out. */
async function keepRejects(db: Db, place: RejectPlace, { rejects, shape }: Flow, { log, anew }: Keeping): Promise<void> {
  const { file } = rejects;
  // Not written where the document could not be read at all.
  if (file === undefined || !existsSync(file)) return;
  const names = new Map(Object.entries(shape.rename).map(([from, as]) => [as, from]));
  let kept = 0;
  try {
    await db.tx(async (tx) => {
      if (anew) await clearRejects(tx, place);
      let waiting: NewReject[] = [];
      for await (const reject of readRejects(file, names)) {
        if (kept === most) {
          log.warn(`only the first ${grouped(most)} refused fields of ${place.stream} are kept`, {
            table: place.table,
          });
          break;
        }
        if (kept < told) log.warn(`${place.table}: left out ${whereIs(reject)}`, { code: reject.code });
        kept += 1;
        if (waiting.push(reject) < batchRows) continue;
        await insertRejects(tx, place, waiting);
        waiting = [];
      }
      if (waiting.length > 0) await insertRejects(tx, place, waiting);
    });
  } catch (error) {
    throw asHeadgateError(error, `keeping the refused rows of ${place.stream}`);
  } finally {
    await rm(file, { force: true });
  }
}

/** Never what stands there. */
function whereIs({ file, line, row_number: row, field }: NewReject): string {
  const place = line === null ? `row ${row ?? '?'}` : `line ${line}`;
  return `${place}${file === null ? '' : ` of ${file}`}${field === null ? '' : `, field ${field}`}`;
}

export const rejectPlace = (workspace: number, run: string, { stream, into }: Flow): RejectPlace => ({
  workspace,
  run,
  stream: refName(stream.stream),
  table: refName(into),
});

/** `fields` = names of the stream by those of the table, under which a record may have come. */
async function* readRejects(file: string, fields: ReadonlyMap<string, string>): AsyncGenerator<NewReject> {
  let header: readonly (string | null)[] | undefined;
  for await (const rows of wireRows(createReadStream(file))) {
    for (const row of rows) {
      if (!header) {
        header = row;
        continue;
      }
      const cells = new Map(header.map((name, at) => [name, storable(row[at] ?? null)]));
      yield {
        file: cells.get('file') ?? null,
        line: cells.get('line') ?? null,
        row_number: cells.get('row') ?? null,
        field: cells.get('field') ?? null,
        code: cells.get('code') ?? '',
        reason: cells.get('reason') ?? '',
        value: cells.get('value') ?? null,
        record: recordOf(cells.get('record') ?? null, fields),
      };
    }
  }
}

/** A zero character has no place in a text of the state. */
const storable = (text: string | null): string | null => text?.replaceAll('\0', '\u2400') ?? null;

/** The names of the stream, where its source renamed them already. */
function recordOf(json: string | null, fields: ReadonlyMap<string, string>): string | null {
  if (json === null) return null;
  const record = JSON.parse(json) as Readonly<Record<string, string | null>>; // DuckDB wrote texts
  const named = Object.entries(record).map(([name, value]) => [fields.get(name) ?? name, storable(value)]);
  return JSON.stringify(Object.fromEntries(named));
}
