import { StoreError } from '../../ports.ts';

/** One page of ListObjectsV2. */
export interface Page {
  readonly keys: readonly string[];
  /** Where the next page begins; `undefined` for the last. */
  readonly next: string | undefined;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Reads the answer to ListObjectsV2. The few fields that are needed have no attributes and nothing nested. */
export function parsePage(xml: string): Page {
  if (!/<ListBucketResult[\s>]/.test(xml)) {
    throw new StoreError('the store did not answer with a list', { retryable: true });
  }
  // With `encoding-type=url` keys come as in a form: XML has no way to write some characters.
  const isEncoded = /<EncodingType>url<\/EncodingType>/.test(xml);
  const decode = (text: string): string => (isEncoded ? decodeURIComponent(text.replaceAll('+', ' ')) : text);
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, text = '']) => decode(unescapeXml(text)));
  const next = /<NextContinuationToken>([^<]+)<\/NextContinuationToken>/.exec(xml)?.[1];
  return { keys, next: next === undefined ? undefined : unescapeXml(next) };
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w{2,4}));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[String(name)] ?? whole;
  });
}
