import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import { SnappyError } from '../../../core/errors.ts';
import { addressName } from '../../access/address.ts';
import { addressOf } from './serve-address.ts';
import { arrival } from './serve-arrival.ts';
import { sendBody } from './serve-body.ts';
import { watchSenders } from './serve-slow.ts';
import { makeTurns } from './serve-turns.ts';

/** The app, as every home calls it. */
export type App = (request: Request, extra: { readonly address: string }) => Response | Promise<Response>;

export interface ServeOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly trustedProxies?: readonly string[];
  /** Told what broke where nobody is there to be told: an answer that was cut off in its middle. */
  readonly onError: (cause: unknown) => void;
}

export interface Serving {
  readonly port: number;
  /** `http://host:port`, with an address that a client on this machine can use. */
  readonly url: string;
  /** Takes nothing new, lets what is running come to its end for `grace` milliseconds, and closes. */
  stop(grace: number): Promise<void>;
}

/** Milliseconds. */
const times = {
  header: 15_000,
  /** No byte either way. */
  idle: 60_000,
  /** The longest of all, a large file by a bad line: 64 MB at 18 kB/s. */
  request: 60 * 60_000,
  /** More than the 60 s that nginx keeps a connection to us: of the two it must be the one to close. */
  keepAlive: 75_000,
  look: 5_000,
} as const;
const pace = { grace: 20_000, bytesPerSecond: 1_024 } as const;
const connectionsAtMost = 4_096;
const turns = { atOnce: 32, longest: 250, waiting: connectionsAtMost / 2 } as const;

/** RFC 9110 15.6.4: nothing was done, and it may be asked again. */
const busy = { status: 503, headers: { 'retry-after': '2' } } as const;

const noSuchAddress = { why: 'this machine has no such address', hint: 'give one that it has with --host' };
/** Why an address cannot be listened on, by what the system says, and what to do. */
const faults: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  EADDRINUSE: {
    why: 'another program listens there',
    hint: 'take another one with --port, or --host, or stop the program that has this one',
  },
  EACCES: {
    why: 'this user may not listen there',
    hint: 'take another one with --port: those above 1023 are for anybody',
  },
  EADDRNOTAVAIL: noSuchAddress,
  ENOTFOUND: noSuchAddress,
};

function listen(server: Server, { host, port }: ServeOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const { why, hint } = faults[cause.code ?? ''] ?? {
        why: cause.message,
        hint: 'take another one with --port or --host',
      };
      reject(new SnappyError('failure', `${host}:${port} cannot be listened on: ${why}`, { hint, cause }));
    });
    // 1,000 machines at once: with Node's 511 waiting the others would try again a second later.
    server.listen({ host, port, backlog: connectionsAtMost }, resolve);
  });
}

/** `http://…` for the address that a server listens on; one for every address is reached by loopback. */
function urlOf({ address, family, port }: AddressInfo): string {
  const host = address === '::' ? '[::1]' : address === '0.0.0.0' ? '127.0.0.1' : address;
  return `http://${family === 'IPv6' && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

function makeServer(app: App, { trustedProxies = [], onError }: ServeOptions): Server {
  const trusted = new Set(trustedProxies);
  const takeTurn = makeTurns(turns);
  const answer = async (request: Request, { incoming, outgoing }: HttpBindings): Promise<Response> => {
    const address = addressOf(incoming, trusted);
    await arrival(incoming);
    if (!(await takeTurn(outgoing, addressName(address)))) return new Response(null, busy);
    const response = await app(request, { address });
    return sendBody(response, outgoing, onError);
  };
  const listener = getRequestListener((request, bindings) => answer(request, bindings as HttpBindings), {
    errorHandler(cause) {
      onError(cause);
      return new Response(null, { status: 500 });
    },
  });
  const server = createServer(
    {
      headersTimeout: times.header,
      requestTimeout: times.request,
      keepAliveTimeout: times.keepAlive,
      connectionsCheckingInterval: times.look,
      noDelay: true,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.timeout = times.idle;
  server.maxConnections = connectionsAtMost;
  return server;
}

/** Serves an app on Node's HTTP server. Throws `failure` where it cannot listen. */
export async function serve(app: App, options: ServeOptions): Promise<Serving> {
  const server = makeServer(app, options);
  const senders = watchSenders(server, pace, () => performance.now());
  await listen(server, options);
  const watch = setInterval(() => senders.check(performance.now()), times.look);
  watch.unref();
  const bound = server.address() as AddressInfo;
  return {
    port: bound.port,
    url: urlOf(bound),
    stop: async (grace) => {
      clearInterval(watch);
      await close(server, grace);
    },
  };
}

function close(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const end = setTimeout(() => server.closeAllConnections(), grace);
    // A client that keeps its connection would be waited for until it lets go of it.
    server.on('request', (_incoming, outgoing) => outgoing.setHeader('connection', 'close'));
    const idle = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(end);
      clearInterval(idle);
      resolve();
    });
  });
}
