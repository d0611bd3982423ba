import { createContext } from '../../engine/context.ts';
import type { Command } from '../command.ts';
import { exit } from '../exit.ts';
import { chooseLocation, connect, withFormat } from '../locations.ts';
import { logTo } from '../notes.ts';
import { fieldLines, streamLines, streamRecord } from '../render/streams.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { wantedStreams } from '../streams.ts';

export const discover: Command = async ({ positionals, values }, world) => {
  const { terminal, env, stateDir, signal } = world;
  const location = withFormat(chooseLocation(positionals[0], 'source', env), values.format);
  const { source } = await connect(location, 'source', env);
  if (!source) return exit.usage;
  await using context = await createContext({ stateDir, signal, log: logTo(world) });
  const streams = await discoverStreams(source, context, wantedStreams(values, source), { typed: true });
  if (terminal.json) {
    for (const stream of streams) await terminal.record('stream', streamRecord(stream));
    return exit.done;
  }
  if (streams.length === 0) {
    terminal.note('the source has no streams');
    return exit.done;
  }
  await terminal.result(streamLines(streams, terminal.paint, terminal.width).join('\n'));
  if (!values.fields && !values.stream) return exit.done;
  for (const stream of streams) await terminal.result(`\n${fieldLines(stream, terminal.paint, terminal.width).join('\n')}`);
  return exit.done;
};
