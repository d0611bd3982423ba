/** Tokens that open the reviews of one session for a while. What they are good for is signed, and needs no row. */
import { timingSafeEqual } from 'node:crypto';
import type { Ports } from '../operation.ts';

export interface Lent {
  readonly workspace: number;
  readonly session: string;
  readonly until: Date;
}

const form = /^hgs_(\d{1,15})_([0-9a-f-]{36})_(\d{1,15})_([0-9a-f]{64})$/;

/** `hgs_<workspace>_<session>_<milliseconds>_<signature>` */
export function sessionToken({ key }: Pick<Ports, 'key'>, lent: Lent): string {
  const { workspace, session, until } = lent;
  return ['hgs', workspace, session, until.getTime(), key.sign(textOf(lent)).toString('hex')].join('_');
}

/** Undefined for what was not made here. Its time may be over. */
export function openSessionToken({ key }: Pick<Ports, 'key'>, token: string): Lent | undefined {
  const [, workspace, session = '', until, signature = ''] = form.exec(token) ?? [];
  if (workspace === undefined) return undefined;
  const lent = { workspace: Number(workspace), session, until: new Date(Number(until)) };
  return timingSafeEqual(Buffer.from(signature, 'hex'), key.sign(textOf(lent))) ? lent : undefined;
}

const textOf = ({ workspace, session, until }: Lent): string =>
  ['review session', workspace, session, until.getTime()].join('\n');
