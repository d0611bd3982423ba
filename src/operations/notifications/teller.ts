/** How a dialect words what those hear of who asked in its own vocabulary. */
import type { EventKind } from '../../domain/notification.ts';
import type { Mail } from '../../notify/mail.ts';
import type { RunRow } from '../../store/runs.ts';

export interface Telling {
  readonly workspace: number;
  readonly kind: EventKind;
  readonly pipeline: string;
  readonly run: RunRow;
}

/** Undefined = there is nothing to say any more. */
export interface Teller {
  /** The body of a POST. */
  post(told: Telling): Promise<string | undefined>;
  /** `usual` = as we would write it. */
  mail(told: Telling, usual: Mail): Promise<Mail | undefined>;
}

/** By the names of dialects. */
export type Tellers = ReadonlyMap<string, Teller>;
