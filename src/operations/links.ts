/** Links that do one thing for a while, for clients that send no key: an upload, a download, a webhook. */
import { timingSafeEqual } from 'node:crypto';
import { HeadgateError } from '../domain/error.ts';
import type { Ports } from './operation.ts';

export interface Link {
  readonly method: string;
  /** As the route has it, with its names filled in. */
  readonly path: string;
  readonly workspace: number;
  /** Id of the key that it was made for: what is done by the link is done in its name. */
  readonly by: string;
  readonly until: Date;
}

type Signing = Pick<Ports, 'key' | 'clock'>;

/** Path and query; the origin goes in front. */
export function signedLink({ key }: Pick<Ports, 'key'>, link: Link): string {
  const { path, workspace, by, until } = link;
  const expires = Math.floor(until.getTime() / 1000);
  const signature = key.sign(textOf({ ...link, expires })).toString('hex');
  return `${path}?${new URLSearchParams({ workspace: String(workspace), by, expires: String(expires), signature }).toString()}`;
}

/** Whose link it is. Throws `access.link`: one answer for whatever is wrong with it. */
export function openLink(
  { key, clock }: Signing,
  method: string,
  path: string,
  query: URLSearchParams,
): Pick<Link, 'by' | 'workspace'> {
  const [workspace, expires] = [Number(query.get('workspace')), Number(query.get('expires'))];
  const by = query.get('by') ?? '';
  const signature = Buffer.from(query.get('signature') ?? '', 'hex');
  const wanted = key.sign(textOf({ method, path, workspace, by, expires }));
  const genuine = signature.length === wanted.length && timingSafeEqual(signature, wanted);
  if (!genuine || clock.now().getTime() >= expires * 1000) throw deadLink();
  return { by, workspace };
}

export const deadLink = (): HeadgateError => new HeadgateError('access.link', 'the link does not hold, or not any more');

const textOf = (link: Omit<Link, 'until'> & { readonly expires: number }): string =>
  ['link', link.method, link.path, link.workspace, link.by, link.expires].join('\n');
