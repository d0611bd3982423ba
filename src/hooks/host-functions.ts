/** Functions that the interpreter can call beside those of interpreter.ts: each takes texts or a number, and keeps nothing of them. */
import type { QuickJSContext, QuickJSHandle } from 'quickjs-emscripten-core';
import { longestCall, refusalOf, replyTo } from './outside.ts';
import { pieces } from './pieces.ts';

/** `isOver` looks at the time: a hook that does little but ask is hardly ever interrupted on its own. `lengthKey`: the text 'length', as long as the context lives. */
export function outsideFunction(context: QuickJSContext, lengthKey: QuickJSHandle, isOver: () => boolean): QuickJSHandle {
  const lengthOf = (text: QuickJSHandle | undefined): number => {
    if (!text || context.typeof(text) !== 'string') return Infinity;
    using length = context.getProp(text, lengthKey);
    return context.getNumber(length);
  };
  return context.newFunction('outside', (maker, call) => {
    if (isOver()) return context.newString(refusalOf(new RangeError('the time of this hook is over')));
    // Before they are copied: a text can be as long as all memory of hooks.
    if (lengthOf(maker) + lengthOf(call) > longestCall)
      return context.newString(refusalOf(new RangeError('what is given is too long')));
    return context.newString(replyTo(context.getString(maker), context.getString(call)));
  });
}

/** Compiles a piece of `pieces.ts` by its place. */
export function pieceFunction(context: QuickJSContext): QuickJSHandle {
  const texts = Object.values(pieces);
  return context.newFunction('pieceAt', (place) => context.evalCode(texts[context.getNumber(place)] ?? 'undefined', 'inside.js'));
}
