/** The names that one dialect has given to the objects of one workspace: all that it may know of the table behind them. */
import type { Db } from '../store/db.ts';
import { endedImports, type EndedImports, type EndedPage } from '../store/ended-imports.ts';
import {
  countExternal,
  deleteExternal,
  externalsOf,
  findExternal,
  holdExternal,
  insertExternal,
  listExternal,
  nextNumber,
  numbered,
  takeTurns,
  updateExternal,
  type ExternalData,
  type ExternalPage,
  type ExternalPlace,
  type ExternalRow,
  type NewExternal,
} from '../store/external-objects.ts';

export interface ExternalObjects {
  /** `reader`: only where this principal may see the object. */
  find(kind: string, externalId: string, reader?: string): Promise<ExternalRow | undefined>;
  /** As `find`; nobody else changes it until the end of the transaction. */
  hold(kind: string, externalId: string): Promise<ExternalRow | undefined>;
  /** The names of our objects, those that have one. */
  of(kind: string, objectIds: readonly string[]): Promise<readonly ExternalRow[]>;
  /** In the order in which they were made. */
  list(kind: string, page: ExternalPage): Promise<readonly ExternalRow[]>;
  count(kind: string, reader?: string): Promise<number>;
  /** Of imports: those that have come to their end. */
  ended(kind: string, page: EndedPage): Promise<EndedImports>;
  /** Throws `state.conflict` where the name is taken, or the object has one. */
  insert(row: NewExternal): Promise<ExternalRow>;
  /** Undefined where there is none. */
  update(kind: string, externalId: string, data: ExternalData): Promise<ExternalRow | undefined>;
  /** False where there was none. */
  delete(kind: string, externalId: string): Promise<boolean>;
  /** Waits until nobody else is at it with this kind, and keeps others waiting until the end of the transaction. */
  takeTurns(kind: string): Promise<void>;
  /** The next number, from 1 on, of a space that one or several kinds share. */
  number(space: string): Promise<number>;
  /** The name of an object that was made elsewhere: the next number of its space, and the same one ever after. */
  numbered(kind: string, objectId: string, space: string): Promise<ExternalRow>;
}

export function externalObjects(db: Db, place: ExternalPlace): ExternalObjects {
  return {
    find: async (kind, externalId, reader) => await findExternal(db, place, kind, externalId, reader),
    hold: async (kind, externalId) => await holdExternal(db, place, kind, externalId),
    of: async (kind, objectIds) => await externalsOf(db, place, kind, objectIds),
    list: async (kind, page) => await listExternal(db, place, kind, page),
    count: async (kind, reader) => await countExternal(db, place, kind, reader),
    ended: async (kind, page) => await endedImports(db, place, kind, page),
    insert: async (row) => await insertExternal(db, place, row),
    update: async (kind, externalId, data) => await updateExternal(db, place, kind, externalId, data),
    delete: async (kind, externalId) => await deleteExternal(db, place, kind, externalId),
    takeTurns: async (kind) => await takeTurns(db, place, kind),
    number: async (space) => await nextNumber(db, place, space),
    numbered: async (kind, objectId, space) => await numbered(db, place, kind, objectId, space),
  };
}
