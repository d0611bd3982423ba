/** Shows progress on stderr: redrawn lines on a terminal, a line now and then in a log, records with --json. */
import type { Progress } from '../engine/flow.ts';
import { progressLine, progressText } from './render/progress.ts';
import { widthOf } from './render/width.ts';
import type { Terminal } from './terminal.ts';

const redrawEvery = 100;
const recordEvery = 250;
const textEvery = 10_000;

/** More lines than this would scroll away and could not be redrawn. */
const mostLines = 8;

export interface ProgressView {
  update(progress: Progress): void;
  /** The stream has ended: it is shown no more. */
  finish(stream: string): void;
  stop(): void;
}

interface Entry {
  readonly since: number;
  last: Progress;
  said: number;
}

/** `now` in milliseconds, from any beginning. */
export function openProgress(terminal: Terminal, now: () => number = () => performance.now()): ProgressView {
  const entries = new Map<string, Entry>();
  const mode = terminal.quiet ? 'none' : terminal.json ? 'records' : terminal.noteWidth === undefined ? 'texts' : 'lines';
  const every = mode === 'records' ? recordEvery : textEvery;
  let drawnAt = -Infinity;

  const draw = (): void => {
    const shown = [...entries.values()].filter(({ last }) => last.phase !== 'done').slice(0, mostLines);
    const names = shown.reduce((most, { last }) => Math.max(most, widthOf(last.stream)), 0);
    const layout = { names, width: terminal.noteWidth ?? 80 };
    terminal.draw(shown.map(({ last, since }) => progressLine(last, (now() - since) / 1000, layout, terminal.notePaint)));
    drawnAt = now();
  };
  const say = (entry: Entry): void => {
    entry.said = now();
    const seconds = (now() - entry.since) / 1000;
    if (mode === 'records') void terminal.record('progress', { ...entry.last, seconds: Math.round(seconds * 100) / 100 });
    else terminal.note(progressText(entry.last, seconds));
  };
  const tick = (): void => {
    if (mode === 'lines') draw();
    // A phase that reports nothing for long (an index build) is still said to be alive.
    if (mode === 'texts') for (const entry of entries.values()) if (now() - entry.said >= textEvery) say(entry);
  };
  const timer = mode === 'lines' || mode === 'texts' ? setInterval(tick, mode === 'lines' ? 250 : 1000) : undefined;
  timer?.unref();

  return {
    update: (progress) => {
      const entry = entries.get(progress.stream) ?? { since: now(), last: progress, said: mode === 'texts' ? now() : -Infinity };
      entries.set(progress.stream, entry);
      entry.last = progress;
      if (mode === 'lines' && now() - drawnAt >= redrawEvery) draw();
      if ((mode === 'records' || mode === 'texts') && now() - entry.said >= every) say(entry);
    },
    finish: (stream) => void entries.delete(stream),
    stop: () => {
      clearInterval(timer);
      if (mode === 'lines') terminal.draw([]);
    },
  };
}
