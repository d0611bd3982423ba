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

  /** The link opens this review no more: whatever else is asked for is refused, too. */
  get isLinkDead(): boolean {
    return this.status === 401 || this.trouble.code === 'access.link';
  }
}
