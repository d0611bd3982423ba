/** What hooks may take. The inner caps hold inside the interpreter, the outer ones are the operating system's and the parent's. */
export interface HookLimits {
  /** CPU time of a row hook on one row, in ms. */
  readonly rowMs: number;
  /** CPU time of one call on many rows or of a step hook, in ms. */
  readonly callMs: number;
  /** CPU time of a row hook on one batch, in ms. */
  readonly batchMs: number;
  /** How long the process may give no sign of life while a hook runs, in ms: built-in functions of the language cannot be interrupted. */
  readonly silenceMs: number;
  /** How long the process may take to start, in ms. */
  readonly startMs: number;
  /** All hooks of one import together, in ms as the clock goes. */
  readonly importMs: number;
  /** What all values of a hook may take, in bytes. */
  readonly memoryBytes: number;
  /** What one batch may give back, in UTF-16 units of its JSON text. */
  readonly outputLength: number;
  /** What one row may give back, in the same unit. */
  readonly rowOutputLength: number;
  /** The longest source of one hook, in UTF-16 units. */
  readonly sourceLength: number;
  /** Rows that cross the border together where a hook sees one row or one batch at a time. */
  readonly batchRows: number;
  /** Values that a column hook sees at once; a longer column comes in slices. */
  readonly columnRows: number;
  /** Rows that a bulk row hook may be given. */
  readonly bulkRows: number;
  /** Requests to the network of one import. */
  readonly fetches: number;
  /** Of one request, redirects included, in ms. */
  readonly fetchMs: number;
  /** Of one answer. */
  readonly fetchBytes: number;
  readonly fetchesAtOnce: number;
  /** How long one call may wait for the network, in ms. */
  readonly fetchWaitMs: number;
}

export const defaultHookLimits: HookLimits = {
  rowMs: 1000,
  callMs: 5000,
  batchMs: 8000,
  silenceMs: 7000,
  startMs: 60_000,
  importMs: 900_000,
  memoryBytes: 128 * 2 ** 20,
  outputLength: 32 * 2 ** 20,
  rowOutputLength: 2 ** 20,
  sourceLength: 2 ** 18,
  batchRows: 2000,
  columnRows: 100_000,
  bulkRows: 50_000,
  fetches: 1000,
  fetchMs: 8000,
  fetchBytes: 2 ** 20,
  fetchesAtOnce: 6,
  fetchWaitMs: 60_000,
};
