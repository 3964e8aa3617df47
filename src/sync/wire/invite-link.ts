import { fromBase64Url, toBase64Url } from './base64url.ts';
import { SnappyError } from '../../core/errors.ts';

/** An invite as it is sent to a person. */
export interface InviteLink {
  /** Of the gateway: `https://host` or `https://host/base`, without a slash at its end. */
  readonly url: string;
  readonly code: string;
  /** Of the gateway's public key, by `fingerprintOf`. Browsers keep it to themselves, so that it is seen on no server's log. */
  readonly fingerprint: string;
}

const shape =
  /^(?<url>https?:\/\/[^\s?#]+?)\/invite\/(?<code>[A-Za-z0-9_-]{22})(?:#(?<fingerprint>[A-Za-z0-9_-]{22}))?$/;

/** `https://host/invite/<code>#<fingerprint>`. */
export function formatInviteLink({ url, code, fingerprint }: InviteLink): string {
  return `${url}/invite/${code}#${fingerprint}`;
}

/** Reads a link that a person was sent. Throws a SnappyError, `usage`, that never repeats the code. */
export function parseInviteLink(text: string): InviteLink {
  const { url = '', code, fingerprint } = shape.exec(text.trim())?.groups ?? {};
  const gateway = URL.canParse(url) ? new URL(url) : undefined;
  if (gateway === undefined || gateway.username !== '' || gateway.password !== '' || code === undefined) {
    throw new SnappyError('usage', 'this is no invite', {
      hint: 'an invite looks like https://<host>/invite/<22 characters>#<22 characters>',
    });
  }
  if (fingerprint === undefined) {
    throw new SnappyError('usage', 'the invite is not whole: what comes after its # is not there', {
      hint: 'copy all of the line that you were sent, and put it between quotes',
    });
  }
  return { url: gateway.href.replace(/\/+$/, ''), code, fingerprint };
}

/** The first 132 bits of the sha256 of a public key, which is in base64url as they are: 22 characters. */
export async function fingerprintOf(publicKey: string): Promise<string> {
  const bytes = fromBase64Url(publicKey);
  if (bytes === undefined) throw new TypeError('the public key is not in base64url');
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))).slice(0, 22);
}
