/** A key of Web Crypto: Node's types and those of Workers have another name for it each. */
export type SecretKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** All keys of a gateway, made of its one secret: the same on each of its processes, and nothing else to keep. */
export interface DerivedKeys {
  /** Ed25519, for heads. */
  readonly signing: SecretKey;
  /** Of `signing`: the raw 32 bytes in base64url, as clients pin it. */
  readonly publicKey: string;
  /** 32 bytes for HMAC-SHA256, for what is kept of master keys and invite codes. */
  readonly pepper: Uint8Array;
  /** The same for addresses that take a blob. */
  readonly upload: Uint8Array;
}

const derived = new Map<string, Promise<DerivedKeys>>();
const atMost = 8;

/** The keys that come of `secret` (`GatewayConfig.secret`). Derived once a process. */
export function deriveKeys(secret: string): Promise<DerivedKeys> {
  const known = derived.get(secret);
  if (known !== undefined) return known;
  const made = derive(secret);
  // A process has one gateway; tests have many.
  if (derived.size >= atMost) derived.clear();
  derived.set(secret, made);
  return made;
}

async function derive(secret: string): Promise<DerivedKeys> {
  const root = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, ['deriveBits']);
  const [seed, pepper, upload] = await Promise.all(
    ['head signature', 'key pepper', 'blob upload'].map((purpose) => expand(root, purpose)),
  );
  if (seed === undefined || pepper === undefined || upload === undefined) throw new Error('three keys were asked for');
  const { signing, publicKey } = await ed25519(seed);
  return { signing, publicKey, pepper, upload };
}

/** HKDF-SHA256 (RFC 5869) with an info of its own for each purpose: no two keys are the same or tell of each other. */
async function expand(root: SecretKey, purpose: string): Promise<Uint8Array<ArrayBuffer>> {
  const info = new TextEncoder().encode(`snappy-os gateway v1: ${purpose}`);
  const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, root, 256));
}

// RFC 8410 7: a private key of Ed25519 as PKCS #8 is these 16 bytes and the seed. Web Crypto takes no seed alone.
const pkcs8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

async function ed25519(seed: Uint8Array): Promise<Pick<DerivedKeys, 'signing' | 'publicKey'>> {
  const wrapped = new Uint8Array(pkcs8.length + seed.length);
  wrapped.set(pkcs8);
  wrapped.set(seed, pkcs8.length);
  // Extractable for the public half alone, which Web Crypto gives with the private one as a JWK.
  const pair = await crypto.subtle.importKey('pkcs8', wrapped, 'Ed25519', true, ['sign']);
  const { x } = await crypto.subtle.exportKey('jwk', pair);
  if (x === undefined) throw new Error('no public key came of the secret');
  const signing = await crypto.subtle.importKey('pkcs8', wrapped, 'Ed25519', false, ['sign']);
  return { signing, publicKey: x };
}
