/**
 * Names of what we put into a database. MySQL has no schemas inside of one, and a database of our own would need rights that
 * can come and go: so everything is a table of the connected database behind one prefix, always.
 */
import { createHash } from 'node:crypto';
import { quoteName } from '../_sql/names.ts';

/** Names are stored in three bytes a character, and blanks at their end are not kept. */
export const neverInNames = /[\u{10000}-\u{10ffff}]|\s+$/gu;

export const ownPrefix = '_headgate_';

export const ledgerTable = quoteName(`${ownPrefix}ledger`);
export const fenceTable = quoteName(`${ownPrefix}fence`);
export const metaTable = quoteName(`${ownPrefix}meta`);
export const pendingTable = quoteName(`${ownPrefix}pending`);

const hash = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length);

/** All stages of a pipeline begin with it, so that a later attempt finds what an earlier one left. */
export const stagePrefix = (pipeline: string): string => `${ownPrefix}stage_${hash(pipeline, 12)}_`;

/** One table per writer: 56 characters at most. */
export const stageName = (pipeline: string, attempt: string, table: string, ordinal: number): string =>
  `${stagePrefix(pipeline)}${hash(attempt, 8)}_${hash(table, 8)}_${ordinal}`;

/** Where the old table waits while a table of another structure takes its place. */
export const oldName = (token: string, table: string): string => `${ownPrefix}old_${hash(`${token} ${table}`, 20)}`;
