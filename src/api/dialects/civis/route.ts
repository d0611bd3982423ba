/** How routes of this vocabulary are written: paths below the prefix, numbers in them, both spellings of every key. */
import { z, type ZodType } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Scope } from '../../../operations/operation.ts';
import type { Answer, GuardedRoute, Incoming, Method, RouteContext } from '../../dialect.ts';
import { defineRoute, type Asked } from '../../route.ts';
import { spelled } from './wire.ts';

export const base = '/civis';

interface Spec<Found, Query, Body> {
  readonly method: Method;
  /** Below the prefix: `/imports/:id`. Names are numbers, but those of schemas and tables. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly scope: Scope;
  resolve?(context: RouteContext, params: Incoming['params']): Promise<Found>;
  readonly query?: ZodType<Query>;
  readonly body?: ZodType<Body>;
  readonly replies: Readonly<Record<number, ZodType | undefined>>;
  readonly declared?: Readonly<Record<number, ZodType | undefined>>;
  handle(context: RouteContext, asked: Asked<Found, Query, Body>): Promise<Answer>;
}

export function route<Found = undefined, Query = undefined, Body = undefined>(spec: Spec<Found, Query, Body>): GuardedRoute {
  const names = [...spec.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const numbers = names.filter((name) => !name.endsWith('_name'));
  const params = z.object(Object.fromEntries(numbers.map((name) => [name, z.number().int()])));
  return defineRoute({ ...spec, path: `${base}${spec.path}`, auth: 'key', params, spelled });
}

export const missing = (what: string): HeadgateError =>
  new HeadgateError('object.missing', `The requested ${what} could not be found.`);

/** The number that stands in the path. Throws `object.missing` for what is none. */
export function numberIn(params: Incoming['params'], name: string, what: string): string {
  const text = params[name] ?? '';
  if (/^[1-9]\d{0,14}$/.test(text)) return text;
  throw missing(what);
}

/** With its article, for summaries. */
export const aOrAn = (title: string): string => `${/^[aeiou]/.test(title) ? 'an' : 'a'} ${title}`;
