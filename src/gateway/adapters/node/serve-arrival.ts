import type { IncomingMessage } from 'node:http';

/**
 * Resolves when there is something to work on: all of a request, or as much of its body as is held before anybody reads it; also
 * when it was cut off. Until then it needs nothing but its connection. One that says itself that more will come is not waited
 * for: it may have to be refused before it is sent.
 */
export function arrival(incoming: IncomingMessage): Promise<void> {
  const { 'content-length': declared, 'transfer-encoding': coding } = incoming.headers;
  const held = incoming.readableHighWaterMark;
  const isWaitedFor = coding !== undefined || (declared !== undefined && Number(declared) <= held);
  const isThere = (): boolean => incoming.complete || incoming.destroyed || incoming.readableLength >= held;
  if (!isWaitedFor || isThere()) return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isThere()) return;
      incoming.off('readable', look).off('close', look);
      resolve();
    };
    // Nothing is read here: what has come stays for whoever does.
    incoming.on('readable', look).on('close', look);
  });
}
