import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** An IPv4 address that came by an IPv6 socket, as what it is. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? address;
}

/**
 * Where a request came from. What X-Forwarded-For says is believed as far as proxies that are trusted have written it:
 * from its end, up to the first address that is none of them. A client can write what it likes before that.
 */
export function addressOf(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  trusted: ReadonlySet<string>,
): string {
  let address = plain(socket.remoteAddress ?? '');
  const given = headers['x-forwarded-for'];
  const chain = (Array.isArray(given) ? given.join(',') : (given ?? '')).split(',');
  while (trusted.has(address)) {
    const before = plain((chain.pop() ?? '').trim());
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}
