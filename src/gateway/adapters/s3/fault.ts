import { StoreError } from '../../ports.ts';
import { nameOf } from './settings.ts';
import type { S3Settings } from './settings.ts';

/** What of an error's body is looked at, in characters. */
const bodyAtMost = 16 * 1024;

/** Codes of S3 (docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html) that an operator can do something about. */
const words: Readonly<Record<string, string>> = {
  NoSuchBucket: 'has no such bucket: make it, or mend `bucket` in the configuration',
  InvalidAccessKeyId: 'does not know the access key: mend `accessKeyId` in the configuration',
  SignatureDoesNotMatch: 'says that the secret does not belong to the access key: mend `secretAccessKey`',
  AccessDenied: 'denies access: give this access key the right to read, write, list and delete in the bucket',
  QuotaExceeded: 'is full: its quota is used up',
  EntityTooLarge: 'takes no object of this size',
};
const wrongRegion = ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'];
// `RequestTimeout` comes with 400: the server has waited for the body for too long.
const passing = ['RequestTimeout', 'SlowDown', 'InternalError', 'ServiceUnavailable', 'XAmzContentSHA256Mismatch'];

/** What an S3 server has answered instead of what was asked. */
export class S3Fault extends StoreError {
  readonly status: number;
  /** The server's own word for it; empty where it gives none. */
  readonly code: string;

  constructor(message: string, options: { status: number; code: string; retryable: boolean }) {
    super(message, options);
    this.status = options.status;
    this.code = options.code;
  }

  /** Whether it is the object that is not there. A HEAD has no body to tell: the bucket is looked at when a gateway starts. */
  get isAbsence(): boolean {
    return this.status === 404 && this.code !== 'NoSuchBucket';
  }
}

/** What an answer that is no success means, in words. Reads its body. */
export async function faultOf(settings: S3Settings, response: Response, doing: string): Promise<S3Fault> {
  const text = await beginOf(response);
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(text)?.[1];
  const { status } = response;
  const code = field('Code') ?? (status === 301 ? 'PermanentRedirect' : '');
  const retryable = status >= 500 || status === 429 || passing.includes(code);
  const reason =
    words[code] ??
    (code === 'RequestTimeTooSkewed' ? skew(response) : undefined) ??
    (wrongRegion.includes(code) ? regionWords(settings, field('Region'), field('Endpoint')) : undefined) ??
    `answers ${status}${code === '' ? '' : ` ${code}`}`;
  return new S3Fault(`${nameOf(settings)} ${reason} (${doing})`, { status, code, retryable });
}

function skew(response: Response): string {
  const theirs = Date.parse(response.headers.get('date') ?? '');
  const minutes = Math.round((Date.now() - theirs) / 60_000);
  const how = Number.isNaN(minutes) ? '' : `, by ${Math.abs(minutes)} min ${minutes > 0 ? 'ahead' : 'behind'}`;
  return `refuses what was signed: this machine's clock is wrong${how}; set it (more than 15 min is too much)`;
}

function regionWords({ region }: S3Settings, right: string | undefined, endpoint: string | undefined): string {
  const hint = right ?? endpoint;
  return `has the bucket in another region than ${region}${hint === undefined ? '' : `: ${hint}`}; mend \`region\` and \`endpoint\``;
}

async function beginOf(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > bodyAtMost) break;
    }
  } catch {
    // The status alone has to tell.
  }
  return text;
}
