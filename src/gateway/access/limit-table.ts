/** What a gateway lets a tenant and an address do. */
export interface AccessLimits {
  /** Requests of one tenant in a minute. */
  readonly tenantRequests: number;
  /** Requests of one address in a minute: a whole company may be behind it. */
  readonly addressRequests: number;
  /** Keys and codes that were not right, of one address in a quarter of an hour. */
  readonly failedKeys: number;
  /** Bytes that one tenant sends in a day (UTC). */
  readonly tenantBytes: number;
  /** Files that one tenant changes in a day (UTC). */
  readonly tenantFiles: number;
  /** Pushes, and parts of them, that one tenant sends at once to one process. */
  readonly pushesAtOnce: number;
  /** Uncompressed bytes of documents that one tenant pushes in a minute: four of the largest that there may be. */
  readonly tenantDocuments: number;
  /** Uncompressed bytes of contents that one tenant pushes in a minute: a few may say that they are many. */
  readonly tenantContents: number;
  /** Alerts of one tenant in an hour. */
  readonly tenantAlerts: number;
  /** Invites of one tenant that wait to be redeemed. */
  readonly openInvites: number;
}

/** Nobody at work sees them, with ten machines or a thousand colleagues; a loop gone wild does. */
export const defaultLimits: AccessLimits = {
  tenantRequests: 6_000,
  addressRequests: 60_000,
  failedKeys: 100,
  tenantBytes: 32 * 1024 ** 3,
  tenantFiles: 5_000_000,
  pushesAtOnce: 8,
  tenantDocuments: 96 * 1024 ** 2,
  tenantContents: 4 * 1024 ** 3,
  tenantAlerts: 60,
  openInvites: 1_000,
};
