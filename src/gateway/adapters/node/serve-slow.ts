import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** What a sender of a body is held to, so that none can keep a place for hours with a byte now and then. */
export interface Pace {
  /** Milliseconds before the pace counts. */
  readonly grace: number;
  /** On average since the request began: far below any line that a person would call one. */
  readonly bytesPerSecond: number;
}

interface Sender {
  readonly incoming: IncomingMessage;
  since: number;
  bytes: number;
}

/** Bodies that are on their way, and a look at how they come along. */
export interface SlowSenders {
  /** Cuts off whoever is slower than the pace; gives how many. */
  check(now: number): number;
}

/**
 * Watches the bodies that a server receives. Node's own limits are of a header and of a whole request: neither knows a
 * slow honest upload of many minutes from a trickle that is meant to last.
 */
export function watchSenders(server: Server, pace: Pace, clock: () => number): SlowSenders {
  const senders = new Set<Sender>();
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.complete) return;
    const sender: Sender = { incoming, since: clock(), bytes: incoming.socket.bytesRead };
    senders.add(sender);
    outgoing.once('close', () => senders.delete(sender));
  });
  return {
    check(now) {
      let cut = 0;
      for (const sender of senders) {
        const { incoming } = sender;
        if (incoming.complete || incoming.destroyed) senders.delete(sender);
        else if (isHeldUp(incoming)) {
          // It is we who do not read: the time until now is not the sender's.
          sender.since = now;
          sender.bytes = incoming.socket.bytesRead;
        } else if (isSlow(sender, pace, now)) {
          senders.delete(sender);
          incoming.socket.destroy();
          cut += 1;
        }
      }
      return cut;
    },
  };
}

/** Who listens for `readable` waits for the sender, though Node calls that paused too. */
function isHeldUp(incoming: IncomingMessage): boolean {
  if (incoming.readableLength >= incoming.readableHighWaterMark) return true;
  return incoming.isPaused() && incoming.listenerCount('readable') === 0;
}

function isSlow({ incoming, since, bytes }: Sender, { grace, bytesPerSecond }: Pace, now: number): boolean {
  const late = now - since - grace;
  return late > 0 && incoming.socket.bytesRead - bytes < (bytesPerSecond * late) / 1_000;
}
