/** What a server says first, before anyone has logged in. Pure. */
import { HeadgateError } from '../../domain/error.ts';

/** No server's greeting is anywhere near as long. */
const longest = 4096;
const tlsFlag = 0x0800;

function foreign(): HeadgateError {
  return new HeadgateError('connect.unreachable', 'what answers there is not MySQL');
}

/** How many bytes a whole greeting has, going by those that are there. Throws for what cannot be one. */
export function greetingLength(said: Buffer): number {
  if (said.length < 5) return 5;
  const length = said.readUIntLE(0, 3);
  // Version 10 of the protocol, or an error, such as one about too many connections.
  if (length > longest || said[3] !== 0 || (said[4] !== 10 && said[4] !== 0xff)) throw foreign();
  return 4 + length;
}

/** Does the server offer TLS? Throws where it has said more than a greeting, which only somebody else would. */
export function offersTls(greeting: Buffer): boolean {
  if (greeting.length !== greetingLength(greeting)) throw foreign();
  if (greeting[4] === 0xff) return false;
  // The version's text and its end, the connection's number, 8 bytes of challenge and a zero lie before the capabilities.
  const capabilities = greeting.indexOf(0, 5) + 1 + 4 + 8 + 1;
  if (capabilities + 2 > greeting.length) throw foreign();
  return (greeting.readUInt16LE(capabilities) & tlsFlag) !== 0;
}
