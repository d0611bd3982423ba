/** Files that were uploaded to this server, by their ids in the place of a path: `file_…`, or `file_…/orders.csv`. */
import { HeadgateError } from '../domain/error.ts';
import type { Files } from '../sdk/index.ts';

/** Resolves to a path in the run's own scratch, which nobody changes. Throws `object.missing`, `object.conflict`. */
export type FetchUpload = (id: string, place: { readonly scratch: string; readonly signal: AbortSignal }) => Promise<string>;

/** Undefined for every other path. */
export const uploadIn = (path: string): string | undefined => /^(file_[0-9a-hj-km-np-tv-z]{26})(?:\/[^/]+)?$/.exec(path)?.[1];

/** What is uploaded is only read. */
export function withUploads(files: Files, fetch: (id: string) => Promise<string>): Files {
  return {
    async open(path) {
      const id = uploadIn(path);
      return id === undefined ? await files.open(path) : await fetch(id);
    },
    async place(path) {
      if (uploadIn(path) === undefined) return await files.place(path);
      throw new HeadgateError('file.forbidden', 'an uploaded file is only read');
    },
  };
}
