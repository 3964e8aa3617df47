import { GatewayProblem } from '../problem.ts';
import { joined } from './bytes.ts';

/** The body of a request, not read yet. Throws `too_large` at once where the client itself says that it has more than `atMost` bytes. */
export function bodyOf(request: Request, atMost: number): ReadableStream<Uint8Array> {
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > atMost) throw tooLarge(atMost);
  if (request.body === null) throw new GatewayProblem('bad_request', 'there is no body');
  return request.body;
}

/** All of a body. Throws `too_large` as soon as there is more than `atMost`. */
export async function readWhole(body: ReadableStream<Uint8Array>, atMost: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > atMost) throw tooLarge(atMost);
    pieces.push(piece);
  }
  return joined(pieces);
}

function tooLarge(atMost: number): GatewayProblem {
  return new GatewayProblem('too_large', `a body has at most ${atMost} bytes here`, { more: { limit: atMost } });
}
