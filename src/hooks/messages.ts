/** What we and the process that runs hooks say to each other: JSON, in which batches are texts that neither end opens on the way. */

/** The functions of `inside.ts` that run a hook. */
export type Entry = 'runColumn' | 'runRows' | 'runMany' | 'runStep';

export interface Ask {
  readonly id: number;
  readonly source: string;
  /** Absent: is it a function at all? */
  readonly run?: {
    readonly entry: Entry;
    /** JSON for the entry. */
    readonly input: string;
    /** JSON of the cells of each field that crosses, null for those that do not. */
    readonly columns: readonly (string | null)[];
  };
  /** Requests to the network are handed on; false = none is. */
  readonly network: boolean;
  readonly rowMs: number;
  readonly totalMs: number;
  readonly memoryBytes: number;
  readonly outputLength: number;
}

export type Fault = 'threw' | 'source' | 'timeout' | 'memory' | 'output' | 'unsettled' | 'broken';

/** `row`: the position in the batch, -1 before the first. `needs`: positions of fields that the hook touched and did not have. */
export type Answer =
  | { readonly id: number; readonly text: string }
  | { readonly id: number; readonly needs: readonly number[] }
  | { readonly id: number; readonly fault: Fault; readonly row: number; readonly said?: string };

/** Requests to the network, as JSON: the run waits for their answers. */
interface Wanting {
  readonly id: number;
  readonly wants: readonly string[];
}

/** As JSON, one for each. */
export interface Fetched {
  readonly answers: readonly string[];
}

export type Message = Answer | Wanting | { readonly beat: number } | { readonly ready: true };
