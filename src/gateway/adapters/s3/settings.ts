/** Where a bucket is, and by which keys. */
export interface S3Settings {
  /** `https://fra1.digitaloceanspaces.com`, `https://<account>.r2.cloudflarestorage.com`, `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  /** As the provider names it; `auto` for R2, `us-east-1` where it has no meaning. */
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `path` (default) is `endpoint/bucket/key`, which all take; `host` is `bucket.endpoint/key`. */
  readonly addressing?: 'path' | 'host';
  /** Where clients reach it, if that is not `endpoint`; `none` keeps them from it, and all content goes through the gateway. */
  readonly clients?: string;
}

/** The address of an object, or of the bucket for the empty key. Each part of the key is encoded by itself. */
export function addressOf(settings: S3Settings, key: string, endpoint = settings.endpoint): URL {
  const url = new URL(endpoint);
  const parts = key.split('/').map(encode);
  if (settings.addressing === 'host') url.hostname = `${settings.bucket}.${url.hostname}`;
  else parts.unshift(encode(settings.bucket));
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${parts.join('/')}`.replace(/(?<=.)\/$/, '');
  return url;
}

/** As RFC 3986 has it: a `+` is itself to some servers and a space to others, `%2B` is the same to all. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** How the store is named in a message. */
export function nameOf({ endpoint, bucket }: S3Settings): string {
  return `the store ${new URL(endpoint).host}/${bucket}`;
}
