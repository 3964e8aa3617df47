import http from 'node:http';
import type { RequestOptions } from 'node:http';
import net from 'node:net';
import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { ProxyRefusal } from './proxy-refusal.ts';
import { findProxy } from './proxy.ts';
import type { Proxy } from './proxy.ts';

/** A name to hold a certificate against; of an address of numbers there is none to ask for. */
const serverName = (host: string): string => (net.isIP(host) === 0 ? host : '');

/** Loaded here: whoever needs no proxy does not wait for it. */
function startTls(host: string, options: ConnectionOptions): TLSSocket {
  const given = { ...options, host, servername: serverName(host), ALPNProtocols: ['http/1.1'] };
  return process.getBuiltinModule('node:tls').connect(given);
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** A line to the proxy itself; `timeout` is how long it may be silent, from the first moment. */
function connectTo(proxy: Proxy, timeout: number): Socket {
  const url = new URL(proxy.address);
  const host = hostOf(url);
  if (url.protocol === 'https:') return startTls(host, { port: Number(url.port || 443), timeout });
  return net.connect({ host, port: Number(url.port || 80), timeout });
}

const authorizationOf = ({ authorization }: Proxy): Record<string, string> =>
  authorization === undefined ? {} : { 'proxy-authorization': authorization };

/** RFC 9110 9.3.6: a line through the proxy to a host and port, which is all that the proxy is told. */
function openTunnel(proxy: Proxy, url: URL, timeout: number): Promise<Socket> {
  const target = `${url.hostname}:${url.port || 443}`;
  const headers = { host: target, ...authorizationOf(proxy) };
  const createConnection = (): Socket => connectTo(proxy, timeout);
  const request = http.request({ method: 'CONNECT', path: target, headers, createConnection, timeout });
  return new Promise((resolve, reject) => {
    request.once('connect', ({ statusCode = 0, headers: answered }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(new ProxyRefusal(statusCode, answered['proxy-authenticate']));
    });
    request.once('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    request.on('error', reject);
    request.end();
  });
}

/** What a request is made of, beside its address. */
export interface SentOptions extends RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
}

/**
 * What sends a request through a proxy: an `https:` address over a tunnel, so that the proxy reads nothing of it, and an
 * `http:` one as a request to the proxy for the whole address (RFC 9112 3.2.2). For one request: the line is not kept.
 * Rejects with `ProxyRefusal`, or with what the network said.
 */
async function throughProxy(proxy: Proxy, url: URL, options: SentOptions): Promise<SentOptions> {
  const { timeout } = options;
  // Without an agent Node would name the port, whichever it is; and addresses of a store are signed for their host.
  const headers = { ...options.headers, host: url.host };
  if (url.protocol === 'http:') {
    const createConnection = (): Socket => connectTo(proxy, timeout);
    const all = { ...headers, ...authorizationOf(proxy) };
    return { ...options, agent: undefined, path: url.href, headers: all, createConnection };
  }
  const socket = await openTunnel(proxy, url, timeout);
  // `connect` keeps no time for a line that was there before.
  const createConnection = (): Socket => startTls(hostOf(url), { socket }).setTimeout(timeout);
  return { ...options, agent: undefined, headers, createConnection };
}

/** The way to an address. */
export interface Way {
  /** `undefined` where there is none between. */
  readonly proxy: Proxy | undefined;
  /** What a request on this way is made of; for one request. */
  lead(options: SentOptions): Promise<SentOptions>;
}

/** The way through the proxy that `env` names for an address, if it names one. Throws as `findProxy`. */
export function findWay(url: URL, env: NodeJS.ProcessEnv): Way | undefined {
  const proxy = findProxy(url, env);
  return proxy && { proxy, lead: (options) => throughProxy(proxy, url, options) };
}
