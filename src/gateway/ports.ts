import type { Codec } from '../sync/wire/manifest.ts';
import type { AccessLimits } from './access/limit-table.ts';

/** Bytes by name. Keys are `/`-separated, safe by `faultOfPath`. What was put once under a name of its content is never changed. */
export interface ObjectStore {
  /**
   * Whole, or `length` bytes from `at`; `undefined` where there is none. Throws `StoreError` when the store fails, gives fewer
   * bytes than it should, or the range goes beyond the end.
   */
  get(key: string, range?: { readonly at: number; readonly length: number }): Promise<Uint8Array | undefined>;
  /** As `get`, in pieces, for what should not be held in memory. */
  stream(
    key: string,
    range?: { readonly at: number; readonly length: number },
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Resolves when the bytes are kept: a power cut after it loses none of them. */
  put(key: string, body: Uint8Array, options?: { readonly contentType?: string }): Promise<void>;
  /**
   * As `put`, for `size` bytes that come in pieces. Throws, and leaves what was there, when there are more or fewer, or `body`
   * fails: also when it does so at its very end, as a check of its digest would.
   */
  putStream(key: string, body: ReadableStream<Uint8Array>, size: number): Promise<void>;
  size(key: string): Promise<number | undefined>;
  /** Removing what is not there is fine. */
  remove(key: string): Promise<void>;
  /** Keys that begin with `prefix`, in the order of their bytes, at most `limit`. Not the truth of anything: heads are in the ledger. */
  list(prefix: string, limit: number): Promise<readonly string[]>;
  /**
   * An address that gives `range` of `key` to anybody until `seconds` from now, where the store has such; signed for its own host.
   * It is asked with a header `range` of just that; another range, and the whole, are refused.
   */
  presignGet?(key: string, seconds: number, range: { readonly at: number; readonly length: number }): Promise<string>;
  /**
   * An address that takes `size` bytes, with the headers that have to be sent. It takes others of that size too, until its
   * time is over: what lies there is to be checked when it is used.
   */
  presignPut?(
    key: string,
    seconds: number,
    size: number,
  ): Promise<{ readonly url: string; readonly headers: Readonly<Record<string, string>> }>;
}

/** The store did not do what it was asked: `retryable` when the same may work later. */
export class StoreError extends Error {
  readonly retryable: boolean;
  constructor(message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.retryable = options.retryable;
  }
}

export type SqlValue = string | number | null;
export interface Statement {
  /** In SQLite's dialect, `?` for each value. A number is bound as a REAL: where it becomes text it is `5.0`. */
  readonly sql: string;
  readonly values: readonly SqlValue[];
}
export type Row = Readonly<Record<string, SqlValue>>;

/** SQL, for what must be true: heads, keys, grants, invites, the audit log. D1 has no open transactions: a batch is all there is. */
export interface Ledger {
  all(statement: Statement): Promise<readonly Row[]>;
  /** One transaction: all of them or none. Gives the rows of each (`RETURNING`), and how many it changed. */
  batch(
    statements: readonly Statement[],
  ): Promise<readonly { readonly rows: readonly Row[]; readonly changed: number }[]>;
}

/** May forget at any time, and may be a minute old: never for heads, keys, grants or invites. */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  /** KV keeps nothing for less than 60 s. */
  put(key: string, value: Uint8Array, seconds: number): Promise<void>;
}

/** What differs between Node and a Worker and is no storage. */
export interface Platform {
  /** Hex. */
  sha256(bytes: Uint8Array): string;
  /** The same for what comes in pieces; `hex` once, at the end. */
  hasher(): { update(bytes: Uint8Array): void; hex(): string };
  /** HMAC-SHA256 of `bytes`: 32 bytes. Unlike that of Web Crypto it waits for no other thread, which takes longer than the hash. */
  hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array;
  /** By zstd where it makes that and whoever reads it `takesZstd`, else by gzip. A `list` is paths and digests in the main. */
  compress(
    bytes: Uint8Array,
    what: 'contents' | 'list',
    takesZstd?: boolean,
  ): { readonly codec: Codec; readonly bytes: Uint8Array };
  /** Throws when the result has not exactly `rawSize` bytes; gives up at the latest some 100 kB beyond. */
  decompress(codec: Codec, bytes: Uint8Array, rawSize: number): Uint8Array;
  /** Goes on after the answer was given: `waitUntil` of a Worker. */
  later(work: () => Promise<void>): void;
  /** Whether the home is about to close: what goes on by itself then ends at its next step. */
  closing?(): boolean;
  now(): Date;
}

/** What an operator configures. */
export interface GatewayConfig {
  /** The one secret: all keys of the gateway are derived from it (`src/gateway/trust/derive.ts`). At least 32 characters. */
  readonly secret: string;
  /** The operator's master key is enrolled by its hash: `sha256` of it in hex. */
  readonly operatorKeyHash: string;
  /** As clients reach it, without a slash at its end; else taken from the request. */
  readonly publicUrl?: string;
  readonly alertWebhook?: string;
  /**
   * What one request may cause after its answer, in plain copies of the canonical and in removals of what waits no longer; the
   * rest waits for the next. A Worker has 50 calls of its storage.
   */
  readonly laterAtOnce?: number;
  /** Memory for manifests that were read, in bytes; one that is larger is read for each request. Default: what a Worker has. */
  readonly manifestBytes?: number;
  /** Files that one push may name whose content was sent by itself; each is looked at in the store. */
  readonly largeFilesAtOnce?: number;
  /** Where they differ from `defaultLimits`. */
  readonly limits?: Partial<AccessLimits>;
  readonly version: string;
}

/** All that the app runs on. */
export interface Home {
  readonly store: ObjectStore;
  readonly ledger: Ledger;
  readonly cache: Cache;
  readonly platform: Platform;
  readonly config: GatewayConfig;
}
