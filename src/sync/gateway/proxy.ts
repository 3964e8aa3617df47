import { BlockList, isIP } from 'node:net';
import { SnappyError } from '../../core/errors.ts';
import { isLoopback } from './connection.ts';

/** What stands between this machine and the outside, as the environment names it. */
export interface Proxy {
  /** `http://host:port` or `https://host:port`: for messages too, so never with a name or a password in it. */
  readonly address: string;
  /** The value of `proxy-authorization`, where the address had a name in it. */
  readonly authorization: string | undefined;
  /** The variable that names it. */
  readonly variable: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The first of some names that has a value, in lower case before upper case, as curl and git read them. */
function firstSet(env: Environment, ...names: readonly string[]): string | undefined {
  const forms = names.flatMap((name) => [name, name.toUpperCase()]);
  return forms.find((name) => (env[name] ?? '').trim() !== '');
}

/** Whether an IP address is that of an entry, or lies in its network: `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
function isInNetwork(entry: string, host: string): boolean {
  const [address = '', bits] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || isIP(host) !== version) return false;
  const type = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  try {
    list.addSubnet(address, Number(bits ?? (version === 4 ? 32 : 128)), type);
  } catch {
    return false;
  }
  return list.check(host, type);
}

/** Whether one entry of NO_PROXY names an address. A name stands for all that is below it, with or without a dot before it. */
function isNamed(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, inBrackets, plain, wantedPort] = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  // What has more colons than that of a port is an IPv6 address.
  const named = inBrackets ?? plain ?? entry;
  const name = named.replace(/^\*?\./, '').replace(/\.$/, '');
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)) || isInNetwork(named, host);
}

function isExcepted({ hostname, port, protocol }: URL, env: Environment): boolean {
  const variable = firstSet(env, 'no_proxy');
  if (variable === undefined) return false;
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const asked = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const entries = (env[variable] ?? '').toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => entry !== '' && isNamed(entry, host, asked));
}

function parseProxy(variable: string, text: string): Proxy {
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new SnappyError('usage', `${variable} names a proxy that begins with ${url.protocol}`, {
        hint: 'expected http:// or https://, which snappy can go through; what NO_PROXY names is asked without a proxy',
      });
    const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    const authorization = login === ':' ? undefined : `Basic ${Buffer.from(login).toString('base64')}`;
    return { address: url.origin, authorization, variable };
  } catch (cause) {
    if (cause instanceof SnappyError) throw cause;
    // Neither the value nor the cause, which has it: there may be a password in it.
    throw new SnappyError('usage', `${variable} is not the address of a proxy`, {
      hint: 'expected http://host:port, or http://name:password@host:port with @ : / # % in them as %40 %3A %2F %23 %25',
    });
  }
}

/**
 * The proxy for an address: of `https_proxy` or `http_proxy`, by how the address begins, else of `all_proxy`, unless
 * `no_proxy` names it; each in lower case before upper case. `undefined` for none. What is this machine alone is never asked
 * through one: there it would be another's. Throws `usage` on what cannot be used, without its value.
 */
export function findProxy(url: URL, env: Environment): Proxy | undefined {
  const variable = firstSet(env, `${url.protocol.slice(0, -1)}_proxy`, 'all_proxy');
  if (variable === undefined || isLoopback(url.hostname) || isExcepted(url, env)) return undefined;
  return parseProxy(variable, (env[variable] ?? '').trim());
}
