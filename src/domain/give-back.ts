/**
 * The memory of bytes that nobody looks at any more is free at once, where nothing else lies in it; they are empty from then on. Left to
 * be found, the chunks of a socket, 64 KB each outside of the heap, have V8 mark its heap several times a second, by threads that
 * take the cores from whoever else is at work, and lie around by the dozen until then.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
