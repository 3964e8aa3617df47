import type { Proxy } from './proxy.ts';

/** The names of the ways to say who asks, in a `proxy-authenticate` (RFC 9110 11.6.1): of `Negotiate, Basic realm="x"` both. */
const schemesOf = (challenges: string): string[] =>
  [...challenges.matchAll(/(?:^|,)\s*([a-z][\w-]{0,20})(?=\s|,|$)/gi)].map(([, scheme = '']) => scheme);

/** What a proxy answers that does not lead on. */
export class ProxyRefusal extends Error {
  readonly status: number;
  /** The ways to say who asks that it takes. */
  readonly schemes: readonly string[];

  constructor(status: number, challenges: string | readonly string[] | undefined) {
    super(status === 407 ? 'it wants to know who asks (status 407)' : `it answered with status ${status}`);
    this.status = status;
    this.schemes = schemesOf([challenges ?? []].flat().join(', '));
  }
}

/** What to do about a proxy that does not lead on, or does not answer. */
export function hintOfProxy({ variable, authorization }: Proxy, cause?: unknown): string {
  if (!(cause instanceof ProxyRefusal) || cause.status !== 407)
    return `nothing is lost: run this again when it leads there; it is the proxy of ${variable}, and a host that NO_PROXY names is asked without one`;
  const { schemes } = cause;
  if (schemes.length > 0 && !schemes.some((scheme) => scheme.toLowerCase() === 'basic'))
    return `it takes ${schemes.join(', ')}, and snappy can only give a name and a password (Basic): a proxy on this machine that does the rest helps, such as px`;
  if (authorization !== undefined) return `it does not take the name and the password in ${variable}`;
  return `give it a name and a password that it knows: ${variable}=http://name:password@host:port`;
}
