/** What headless imports may take. */
export interface ImportLimits {
  /** Imports that a key may make in a minute; 0 = as many as it likes. */
  readonly creates: number;
  /** How often a minute a key may ask for one import; 0 = as often as it likes. */
  readonly polls: number;
  /** How long links hold. */
  readonly linkSeconds: number;
  /** Of JSON that comes with a request. */
  readonly dataBytes: number;
  /** Of imports that are only tried out. */
  readonly trialRows: number;
  /** Of a list, in one answer. */
  readonly page: number;
  /** Uploads in one answer. */
  readonly window: number;
  /** How long a file may take to come. */
  readonly uploadSeconds: number;
}

export const usualImportLimits: ImportLimits = {
  creates: 0,
  polls: 0,
  linkSeconds: 1800,
  dataBytes: 15 * 2 ** 20,
  trialRows: 100,
  page: 1000,
  window: 10_000,
  uploadSeconds: 7 * 86_400,
};
