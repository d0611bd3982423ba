import type { Trouble } from './wire.ts';

/** The server refused, or could not be reached (`status` 0). */
export class Refused extends Error {
  readonly status: number;
  readonly trouble: Trouble;

  constructor(status: number, trouble: Trouble) {
    super(trouble.detail ?? trouble.title ?? `the server answered ${status}`);
    this.status = status;
    this.trouble = trouble;
  }
}
