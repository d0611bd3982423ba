/**
 * What users of a service learn of a connection that could not be made: one text per code, so that nobody can tell a closed port
 * from a silent one, or read what a server says before it knows who asks.
 */
import type { ErrorCode } from '../../domain/codes.ts';
import { HeadgateError } from '../../domain/error.ts';
import { own } from '../../domain/own.ts';

const texts: Readonly<Partial<Record<ErrorCode, string>>> = {
  'connect.unreachable': 'no server of this kind answers there',
  'connect.refused': 'the login, or the proof of who one of the sides is, was refused',
  'connect.missing': 'there is no such database',
  'connect.lost': 'the connection broke',
  'connect.tunnel': 'the tunnel could not be opened',
  'connect.forbidden': 'it leads to a network, or to something of the machine itself, that this server does not connect to',
};

export interface Told {
  readonly code: string;
  readonly message: string;
}

/** As it is, where it is about anything else. */
export function outward<T extends Told>(told: T): T {
  const text = own(texts, told.code);
  return text === undefined ? told : { ...told, message: `connecting: ${text}` };
}

/** The same for what is thrown; its cause, which may be a driver's own words, stays here. */
export function outwardError(error: unknown): unknown {
  if (!(error instanceof HeadgateError)) return error;
  const { code, message, hint } = error;
  const told = outward({ code, message });
  if (told.message === message) return error;
  const other = new HeadgateError(code, told.message, { hint });
  if (error.side) other.side = error.side;
  return other;
}
