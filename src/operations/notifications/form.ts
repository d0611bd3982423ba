/** What has happened in the words of another vocabulary, for those who asked in it to be told. */
import type { Mail } from '../../notify/mail.ts';
import type { EventRow } from '../../store/events.ts';
import type { RunRow } from '../../store/runs.ts';

export interface Telling {
  readonly workspace: number;
  readonly event: EventRow;
  /** Of events that are about one which is still known. */
  readonly run: RunRow | undefined;
}

export interface Posted {
  readonly body: string;
  readonly type: string;
  /** `secrets` = those of the webhook, the current one first. */
  headers(secrets: readonly string[], at: Date): Readonly<Record<string, string>>;
}

/** Undefined = what it is about is gone, and nothing is sent. */
export interface Form {
  /** Seconds between the attempts of one delivery; absent = the usual ones. */
  readonly waits?: readonly number[];
  post(telling: Telling): Promise<Posted | undefined>;
  /** `usual` = as we would write it. Absent = nobody is told by mail in these words. */
  mail?(telling: Telling, usual: Mail): Promise<Mail | undefined>;
}

/** By the name that subscriptions keep. */
export type Forms = Readonly<Record<string, Form>>;
