import os from 'node:os';
import path from 'node:path';
import { SnappyError } from '../../core/errors.ts';
import { gatewayUrl } from '../../sync/gateway/connection.ts';
import type { Invocation } from '../command.ts';

/** Where a gateway is to keep its data, and where it listens. */
export interface Place {
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  /** As others reach it; `undefined` where nothing was said of it. */
  readonly publicUrl: string | undefined;
}

const defaultPort = 3180;

function valueOf({ flags }: Invocation, flag: string, name = flag): string | undefined {
  const value = flags[flag];
  if (value === '') throw new SnappyError('usage', `--${name} has no value`, { hint: 'leave it away, or give one' });
  return typeof value === 'string' ? value : undefined;
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new SnappyError('usage', `--port ${text.slice(0, 20)} is no port`, { hint: 'expected a number up to 65535' });
}

/** What `--public-url` says, as addresses are kept. */
export function publicUrlOf(invocation: Invocation): string | undefined {
  const text = valueOf(invocation, 'publicUrl', 'public-url');
  if (text === undefined) return undefined;
  try {
    return gatewayUrl(text);
  } catch (cause) {
    throw new SnappyError('usage', '--public-url is no address that others could use', {
      hint: 'expected https://host, or https://host/base',
      cause,
    });
  }
}

/** The flags of `snappy gateway`. Throws `usage` where one is wrong. */
export function placeOf(invocation: Invocation): Place {
  return {
    dir: path.resolve(invocation.cwd, valueOf(invocation, 'data') ?? path.join(os.homedir(), 'snappy-gateway')),
    host: valueOf(invocation, 'host') ?? '127.0.0.1',
    port: portOf(valueOf(invocation, 'port') ?? String(defaultPort)),
    publicUrl: publicUrlOf(invocation),
  };
}

/** The address in words for a plan, before anything listens there. */
export function addressOf({ host, port, publicUrl }: Place): string {
  if (publicUrl !== undefined) return publicUrl;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port === 0 ? '<a free port>' : port}`;
}
