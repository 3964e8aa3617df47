import { mayHoldCredential } from '../../core/credential-marks.ts';
import type { OwnSecret } from './own-secrets.ts';

/** A place where a credential is; what it is, never the credential. */
export interface SecretPlace {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly kind: string;
}

interface Candidate {
  readonly path: string;
  readonly text: string;
  /** Lines of the file that come before the text. */
  readonly linesBefore: number;
}

/** How much of one piece is looked at together with the next: more than the longest credential has. */
const overlap = 64 * 1024;

function linesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}

/** A text of Windows' older programs as UTF-8; anything else as it is. */
function asUtf8(bytes: Buffer): Buffer {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return Buffer.from(bytes.toString('utf16le'), 'utf8');
  if (first !== 0xfe || second !== 0xff) return bytes;
  return Buffer.from(
    Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString('utf16le'),
    'utf8',
  );
}

/**
 * Looks for credentials in what is about to leave this machine: a quick look at every byte, and the rules for what may hold
 * one. Whole files, and not what has changed in them alone: the gateway has none of it yet, or has it in a pack that others
 * may come to read.
 */
export class SecretSearch {
  private readonly candidates: Candidate[] = [];
  private readonly own: readonly { readonly kind: string; readonly bytes: Buffer }[];
  private readonly ownPlaces: SecretPlace[] = [];
  private tail: { path: string; bytes: Buffer; linesBefore: number } | undefined;

  /** `own` are texts that are looked for as they are, beside what looks like a credential. */
  constructor(own: readonly OwnSecret[] = []) {
    this.own = own.map(({ name, text }) => ({ kind: `${name} of this machine`, bytes: Buffer.from(text, 'utf8') }));
  }

  /** Looks at a whole file. */
  look(path: string, content: Buffer): void {
    this.lookAtBytes(path, asUtf8(content), 0);
  }

  private lookAtBytes(path: string, bytes: Buffer, linesBefore: number): void {
    for (const { kind, bytes: secret } of this.own) {
      const at = bytes.indexOf(secret);
      if (at !== -1) this.ownPlaces.push({ path, line: linesBefore + linesIn(bytes.subarray(0, at)) + 1, kind });
    }
    if (mayHoldCredential(bytes)) this.candidates.push({ path, text: bytes.toString('utf8'), linesBefore });
  }

  /** Looks at a piece of a large file, which begins `at` in it; the pieces of a file come in their order. */
  lookAtPiece(path: string, piece: Buffer, at: number): void {
    const isNext = this.tail?.path === path && at > 0;
    const { bytes: before, linesBefore } =
      isNext && this.tail !== undefined ? this.tail : { bytes: Buffer.alloc(0), linesBefore: 0 };
    const bytes = Buffer.concat([before, piece]);
    this.lookAtBytes(path, bytes, linesBefore);
    const cut = Math.max(0, bytes.length - overlap);
    this.tail = { path, bytes: bytes.subarray(cut), linesBefore: linesBefore + linesIn(bytes.subarray(0, cut)) };
  }

  /** What was found, in the order it was looked at. The rules are loaded only where something is to be held against them. */
  async places(): Promise<readonly SecretPlace[]> {
    const places = new Map<string, SecretPlace>();
    // Two pieces may both have it, and what is of this machine may look like a credential too.
    const add = (place: SecretPlace): void => {
      const key = `${place.path}:${place.line}`;
      if (!places.has(key)) places.set(key, place);
    };
    for (const place of this.ownPlaces) add(place);
    if (this.candidates.length > 0) {
      const { findCredentials } = await import('../../core/credentials.ts');
      for (const { path, text, linesBefore } of this.candidates)
        for (const { line, kind } of await findCredentials(text)) add({ path, line: line + linesBefore, kind });
    }
    return [...places.values()];
  }
}
