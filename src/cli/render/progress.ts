import type { Progress } from '../../engine/flow.ts';
import type { Paint } from '../terminal.ts';
import { clock, duration, short, size } from './amount.ts';
import { fit, pad } from './width.ts';
import { grouped } from '../../domain/count.ts';

const barWidth = 20;

/** How much of a stream is read, between 0 and 1: by rows where their number is known, else by bytes. */
export function shareOf({ rows, bytes, totalRows, totalBytes, phase }: Progress): number | undefined {
  if (phase !== 'reading') return undefined;
  if (totalRows !== undefined && totalRows > 0 && rows > 0) return Math.min(rows / totalRows, 1);
  return totalBytes !== undefined && totalBytes > 0 ? Math.min(bytes / totalBytes, 1) : undefined;
}

/** `1,204,331 / ~1.60M rows`, `84.0 MB`, `212k/s`, `0:02 left`: what is known of it. */
function facts(progress: Progress, seconds: number): readonly string[] {
  const { rows, bytes, totalRows, totalBytes } = progress;
  const share = shareOf(progress);
  const list: string[] = [];
  if (rows > 0) list.push(`${grouped(rows)}${totalRows === undefined ? '' : ` / ~${short(totalRows)}`} rows`);
  if (bytes > 0) list.push(`${size(bytes)}${rows === 0 && totalBytes !== undefined ? ` / ${size(totalBytes)}` : ''}`);
  if (seconds >= 0.5 && rows + bytes > 0) list.push(rows > 0 ? `${short(rows / seconds)}/s` : `${size(bytes / seconds)}/s`);
  if (share !== undefined && share > 0.01 && share < 1 && seconds >= 1)
    list.push(`${clock((seconds * (1 - share)) / share)} left`);
  else if (seconds >= 1) list.push(duration(seconds));
  return list;
}

/** One stream on a terminal, in at most `width` columns. `names` = the column of the names. */
export function progressLine(
  progress: Progress,
  seconds: number,
  layout: { names: number; width: number },
  paint: Paint,
): string {
  const share = shareOf(progress);
  const filled = Math.round((share ?? 0) * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const names = Math.min(layout.names, 30);
  const start = `  ${pad(fit(progress.stream, names), names)}  `;
  const rest = facts(progress, seconds).join('  ');
  const middle = share === undefined ? pad(progress.phase, barWidth) : bar;
  const room = layout.width - 1;
  const whole = `${start}${middle}  ${rest}`;
  return whole.length <= room ? `${start}${share === undefined ? middle : paint('green', bar)}  ${rest}` : fit(whole, room);
}

/** One stream in a log. */
export function progressText(progress: Progress, seconds: number): string {
  return `${progress.stream}: ${[progress.phase, ...facts(progress, seconds)].join(', ')}`;
}
