/** The server's and the driver's failures in our words. Messages of the server hold values, so only names are taken from them. */
import type { ErrorCode } from '../../domain/codes.ts';
import { HeadgateError } from '../../domain/error.ts';
import { tlsMeaning } from '../_net/tls-meaning.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
}

const refused: Meaning = { code: 'connect.refused', says: 'the server refuses this user or password' };
const denied: Meaning = { code: 'access.denied', says: 'the user lacks a right' };
const query: Meaning = { code: 'stream.query', says: 'the server does not accept the statement' };
const badValue: Meaning = { code: 'value.invalid', says: 'a value does not fit its column' };
const busy: Meaning = { code: 'publish.busy', says: 'another session holds a lock' };
const lost: Meaning = { code: 'connect.lost', says: 'the connection broke' };
const unreachable: Meaning = { code: 'connect.unreachable', says: 'nothing answers there' };
const late: Meaning = { code: 'connect.unreachable', says: 'no answer in time' };
const cancelled: Meaning = { code: 'run.cancelled', says: 'the statement was cancelled' };
const slow: Meaning = {
  code: 'read.incomplete',
  says: 'the server ended the statement: it took longer than allowed',
  hint: 'run the same command again, with a longer statement_timeout in the location where there is one',
};
const full: Meaning = { code: 'disk.full', says: "the server's disk is full" };
const duplicate: Meaning = { code: 'key.duplicate', says: 'several rows have the same key' };
const incompatible: Meaning = { code: 'schema.incompatible', says: 'the table cannot be made or written like this' };
const resources: Meaning = { code: 'connect.unreachable', says: 'the server has no free connection' };

const byNumber: Readonly<Record<number, Meaning>> = {
  1021: full, 1030: full, 1114: full,
  1037: lost, 1053: lost, 1927: lost, 3169: lost, 4031: lost,
  1040: resources, 1203: resources, 1226: resources,
  1044: denied, 1142: denied, 1143: denied, 1227: denied, 1370: denied, 1410: denied,
  1045: refused, 1698: refused, 1251: refused, 1862: refused, 1820: refused, 3118: refused, 4151: refused,
  1049: { code: 'connect.missing', says: 'there is no such database' },
  1048: { code: 'key.null', says: 'a column that must have a value has none' },
  1054: query, 1055: query, 1056: query, 1058: query, 1064: query, 1065: query, 1111: query, 1149: query, 1222: query,
  1235: query, 1241: query, 1242: query, 1248: query, 1305: query, 1582: query, 1060: query, 1052: query, 1066: query, 1140: query,
  1146: { code: 'stream.missing', says: 'there is no such table' },
  1051: { code: 'stream.missing', says: 'there is no such table' },
  1062: duplicate, 1586: duplicate,
  1205: busy, 1213: busy, 1015: busy, 1223: busy,
  1264: badValue, 1265: badValue, 1292: badValue, 1366: badValue, 1367: badValue, 1406: badValue, 1411: badValue, 1300: badValue,
  1690: badValue, 3140: badValue, 3819: badValue, 4025: badValue, 1525: badValue, 1416: badValue, 1451: incompatible, 1452: badValue,
  1364: { code: 'schema.incompatible', says: 'the table needs a value for a column that the stream does not have' },
  1069: incompatible, 1070: incompatible, 1071: incompatible, 1089: incompatible, 1118: incompatible, 1170: incompatible,
  1117: incompatible, 1074: incompatible, 1050: incompatible, 1101: incompatible, 1347: incompatible,
  1153: { code: 'value.invalid', says: 'a row is longer than the server takes (max_allowed_packet)' },
  1290: denied, 1836: { code: 'access.denied', says: 'the server is read-only' }, 1792: denied,
  1317: cancelled, 1028: cancelled, 1969: slow, 3024: slow,
}; // prettier-ignore

const byCode: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: unreachable,
  ENOTFOUND: { code: 'connect.unreachable', says: 'there is no host of this name' },
  EAI_AGAIN: { code: 'connect.unreachable', says: 'the name of the host cannot be looked up now' },
  ETIMEDOUT: late,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ECONNRESET: lost,
  EPIPE: lost,
  PROTOCOL_CONNECTION_LOST: lost,
  PROTOCOL_ERROR: lost,
  PROTOCOL_UNEXPECTED_PACKET: lost,
  AUTH_SWITCH_PLUGIN_ERROR: {
    code: 'connect.refused',
    says: 'the server asks for a way to log in that is not supported',
    hint: 'give the user caching_sha2_password or mysql_native_password',
  },
  MYSQL_CLEAR_PASSWORD_NOT_ENABLED: {
    code: 'connect.refused',
    says: 'the server asks for the password as it is, which only goes over TLS with a checked certificate',
    hint: 'use sslmode=verify-full, with sslrootcert where the authority is your own',
  },
};

function meaningOf(number: number | undefined, code: string, message: string): Meaning | undefined {
  if (number !== undefined && Object.hasOwn(byNumber, number)) return byNumber[number];
  if (Object.hasOwn(byCode, code)) return byCode[code];
  const encryption = tlsMeaning(code);
  if (encryption) return encryption;
  if (/due to timeout/i.test(message)) return late;
  return /closed state|closed the connection|terminated/i.test(message) ? lost : undefined;
}

/** Names of a column, of a key and the number of the row, out of a message that may hold a value before them. */
export function place(message: string): string {
  const column =
    /for column (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`'](?: at row (\d+))?$/.exec(message) ??
    /^Column '([^']+)' cannot be null/.exec(message);
  const key = /for key '([^']+)'$/.exec(message);
  const parts = [
    column?.[1] && `column ${column[1]}`,
    column?.[2] && `row ${column[2]} of its batch`,
    key?.[1] && `key ${key[1]}`,
  ];
  const given = parts.filter((part) => part !== undefined && part !== '');
  return given.length === 0 ? '' : ` (${given.join(', ')})`;
}

const numberOf = (error: object): number | undefined => {
  const number: unknown = Reflect.get(error, 'errno');
  return typeof number === 'number' && number >= 1000 ? number : undefined;
};

/** The server's number of an error, through our own wrapping. */
export function errorNumber(error: unknown): number | undefined {
  if (error instanceof HeadgateError) return errorNumber(error.cause);
  return error instanceof Error ? numberOf(error) : undefined;
}

/** The driver's failure as ours. `doing` says what we did, in words and without secrets. */
export function mysqlError(error: unknown, doing: string): HeadgateError {
  if (error instanceof HeadgateError) return error;
  if (!(error instanceof Error)) return new HeadgateError('internal.unexpected', `${doing}: unexpected ${typeof error}`);
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  if (first instanceof Error) return mysqlError(first, doing);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const number = numberOf(error);
  const meaning = meaningOf(number, code, error.message);
  if (!meaning)
    return new HeadgateError('internal.unexpected', `${doing}: unexpected ${number ?? (code || error.name)}`, { cause: error });
  const suffix = number === undefined ? '' : `${place(error.message)} [${number}]`;
  return new HeadgateError(meaning.code, `${doing}: ${meaning.says}${suffix}`, {
    cause: error,
    ...(meaning.hint !== undefined && { hint: meaning.hint }),
  });
}

/** Before the first answer a broken socket means that nobody serves there. */
export function connectError(error: unknown, doing: string): HeadgateError {
  const mapped = mysqlError(error, doing);
  return mapped.code === 'connect.lost' ? new HeadgateError('connect.unreachable', mapped.message, { cause: error }) : mapped;
}
