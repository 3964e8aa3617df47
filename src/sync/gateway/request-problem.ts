import { SnappyError } from '../../core/errors.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { hintOfProxy } from './proxy-refusal.ts';
import type { Proxy } from './proxy.ts';
import { howToGoBack } from './trust.ts';

/** A gateway's refusal, RFC 9457. `problem` is what a program acts on: `stale_base`, `unknown_key`. */
export class GatewayError extends SnappyError {
  readonly status: number;
  readonly problem: string;
  /** The whole problem document; `{}` where there was none. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    given: { hint: string; status: number; problem: string; document: Readonly<Record<string, unknown>> },
  ) {
    super(code, message, { hint: given.hint });
    this.name = 'GatewayError';
    this.status = given.status;
    this.problem = given.problem;
    this.document = given.document;
  }
}

/** What kept a request from being answered, in a few words: the code of the network, or that time was over. */
export function reasonOf(cause: unknown, timeout: number): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ETIMEDOUT') return `no answer within ${timeout / 1_000} s`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `its name is not known (${code})`;
  return code ?? (typeof message === 'string' ? message : 'the connection failed');
}

/**
 * How an address is named in a message: that of a gateway as it is; of one that was given for a single file, and opens it to
 * whoever has it, the host alone.
 */
function describeAddress(address: string): string {
  const { origin, pathname, search } = new URL(address);
  return search === '' && !pathname.includes('/_blobs/') ? `the gateway ${address}` : origin;
}

/** Codes of a certificate that is signed by nobody that Node trusts. */
const untrusted = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

function hintOfUnreachable(cause: unknown, proxy: Proxy | undefined): string {
  if (untrusted.includes((cause as NodeJS.ErrnoException).code ?? ''))
    return "the certificate is signed by nobody that Node trusts; if it is one of your company's, say where that is: NODE_EXTRA_CA_CERTS=<file>";
  if (proxy !== undefined) return hintOfProxy(proxy, cause);
  return "nothing is lost: run this again when it is there; the gateway's address is SNAPPY_GATEWAY in .env.cache, or in the invite";
}

/** The error for a gateway, or a store that it named, which could not be asked. */
export function unreachable(address: string, reason: string, cause: unknown, proxy?: Proxy): SnappyError {
  const way = proxy === undefined ? '' : ` through the proxy ${proxy.address}`;
  return new SnappyError('failure', `${describeAddress(address)} could not be reached${way}: ${reason}`, {
    hint: hintOfUnreachable(cause, proxy),
    cause,
  });
}

interface Words {
  readonly code: ErrorCode;
  readonly hint: string;
  /** In the place of the gateway's own words, which are for whoever writes a client. */
  readonly what?: string;
}

const failure = (hint: string): Words => ({ code: 'failure', hint });

/** What to do, by status; a row for the code of a problem comes first. */
const wordsByProblem: Readonly<Record<string, Words>> = {
  unknown_key: {
    ...failure('it was revoked, or never enrolled: ask the operator for an invite, then: snappy invite redeem <url>'),
    what: 'does not know the key of this tree',
  },
  since_ahead: { code: 'refused', hint: howToGoBack },
  revoked: failure('nothing was changed; its person joins anew, by an invite: snappy tenant onboard'),
  taken: failure('nothing was changed; run this again, with another name if it was you who chose it'),
  spent: failure('ask whoever sent it for a new one: snappy tenant onboard'),
  missing_content: failure('run this again: what is missing is sent anew'),
  mismatch: failure('a file may have changed as it was read: run this again'),
  refused_path: {
    code: 'refused',
    hint: 'nothing was changed; rename these files, or deny them in state/config/sync-rules.json',
  },
};
const wordsByStatus: Readonly<Record<number, Words>> = {
  401: failure('that was not the gateway: something stands before it that wants to know who asks, such as a proxy'),
  403: { code: 'refused', hint: 'nothing was changed; ask the operator of the gateway for the right to do this' },
  404: failure('it is not there, or this key may not see it: snappy status --repo os shows what it may'),
  409: failure('somebody else was first: run snappy pull, then this again'),
  413: { code: 'refused', hint: 'nothing was changed; deny what is so large in state/config/sync-rules.json' },
};

function wordsFor(status: number, problem: string, wait: number | undefined): Words {
  if (status === 429)
    return failure(
      wait === undefined ? 'wait a minute, then run this again' : `run this again in ${describeWait(wait)}`,
    );
  const words = wordsByProblem[problem] ?? wordsByStatus[status];
  if (words !== undefined) return words;
  if (status >= 500) return failure('nothing is lost: run this again later; its operator finds more in its log');
  if (status >= 300 && status < 400)
    return failure('redirections are not followed: set SNAPPY_GATEWAY to the address that it leads to');
  return failure('nothing was changed; is this snappy as new as the gateway?');
}

function describeWait(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;
}

/** Text of a gateway on one line, bounded: it is printed to a terminal. */
function plain(value: unknown, most = 300): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const line = value.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** The paths that a problem names, at most ten. */
function pathsOf(document: Readonly<Record<string, unknown>>): string {
  const { paths } = document;
  if (!Array.isArray(paths) || paths.length === 0) return '';
  const named = paths.slice(0, 10).map((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return plain(entry) ?? '?';
    const { path, why } = entry as Record<string, unknown>;
    return `${plain(path) ?? '?'}${plain(why) === undefined ? '' : ` (${plain(why)})`}`;
  });
  return `: ${named.join(', ')}${paths.length > 10 ? ', …' : ''}`;
}

function parseDocument(bytes: Buffer | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Missing where it could not be read. */
  readonly body: Buffer | undefined;
}

/** The error that an answer of status 300 and more is. */
export function problemError(address: string, { status, headers, body }: Refusal, proxy?: Proxy): GatewayError {
  const document = String(headers['content-type'] ?? '').includes('json') ? parseDocument(body) : {};
  const problem = plain(document['code'], 40) ?? 'unknown';
  const said = plain(document['detail']) ?? plain(document['title']);
  const after = Number(headers['retry-after']);
  // A proxy that reads what is asked may answer it itself.
  const other = problem === 'unknown' && address.startsWith('http:') ? proxy : undefined;
  const wait = Number.isInteger(after) && after >= 0 ? after : undefined;
  const words = other === undefined ? wordsFor(status, problem, wait) : failure(hintOfProxy(other));
  const who = `${describeAddress(address)}${other === undefined ? '' : `, or the proxy ${other.address},`}`;
  const { code, hint, what = said === undefined ? `answered with status ${status}` : `says: ${said}` } = words;
  return new GatewayError(code, `${who} ${what}${pathsOf(document)}`, {
    hint,
    status,
    problem,
    document,
  });
}
