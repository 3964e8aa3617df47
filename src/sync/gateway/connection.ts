/** A gateway as this tree knows it. */
export interface Gateway {
  /** `https://host` or `https://host/base`, without a slash at its end. */
  readonly url: string;
  /** The tenant's master key. Never print it, never put it into an address. */
  readonly key: string;
}
