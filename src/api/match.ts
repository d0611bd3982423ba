/** Which dialect an address belongs to, and which methods it knows. Pure. */
import type { ApiDialect, Route } from './dialect.ts';

/** Without a slash at the end and without doubled ones: clients join addresses in both ways. */
export function plainPath(url: string): string {
  const from = url.indexOf('/', url.indexOf('://') + 3);
  const path = from < 0 ? '/' : (/^[^?#]*/.exec(url.slice(from))?.[0] ?? '/');
  return path.replaceAll(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

export const pathsOf = ({ path, also = [] }: Pick<Route, 'path' | 'also'>): readonly string[] => [path, ...also];

/** Fixed names before variable ones, so that `/imports/people` is never an import called people. */
export function byPrecision(routes: readonly Route[]): readonly Route[] {
  const rank = ({ path }: Route): string =>
    path
      .split('/')
      .map((part) => (part.startsWith(':') ? '1' : '0'))
      .join('');
  return routes.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
}

/** Those that know the path by another method. */
export function methodsAt(routes: readonly Route[], path: string): readonly string[] {
  const fits = (pattern: string): boolean => {
    const [wanted, given] = [pattern.split('/'), path.split('/')];
    return wanted.length === given.length && wanted.every((part, at) => part.startsWith(':') || part === given[at]);
  };
  return [...new Set(routes.filter((route) => pathsOf(route).some(fits)).map(({ method }) => method))];
}

/** The one with the longest prefix; undefined = the address is nobody's. */
export function dialectAt(dialects: readonly ApiDialect[], path: string): ApiDialect | undefined {
  const reach = ({ prefixes }: ApiDialect): number =>
    Math.max(-1, ...prefixes.filter((prefix) => path === prefix || path.startsWith(`${prefix}/`)).map(({ length }) => length));
  const [best] = dialects.toSorted((a, b) => reach(b) - reach(a));
  return best && reach(best) >= 0 ? best : undefined;
}
