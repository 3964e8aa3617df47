/** What a client and a gateway hold each other to. Sizes in bytes. */
export const limits = {
  /** Files of one manifest, tombstones not counted. */
  files: 120_000,
  /** A path, in UTF-8. */
  path: 512,
  /** Characters of a master key. */
  key: { least: 16, most: 1_024 },
  /** Rules in one list of sync-rules.json, and characters of a glob. */
  rules: 1_000,
  glob: 256,
  /** One file. */
  file: 64 * 1024 * 1024,
  /** A file up to this travels inside a frame; a larger one by itself, to an address that was signed for it. */
  framedFile: 4 * 1024 * 1024,
  /** What a frame aims at before it is compressed, and what it may have. */
  frame: 1024 * 1024,
  frameAtMost: 5 * 1024 * 1024,
  /** What one push may carry, compressed: a Worker takes 100 MB and has 128 MB of memory. A client sends more in several parts. */
  body: 16 * 1024 * 1024,
  /** All frames of one body together, uncompressed: what is said to be more is a bomb, or worth a second part. */
  rawBody: 256 * 1024 * 1024,
  /** The document of a pull, uncompressed. */
  document: 48 * 1024 * 1024,
  /** That of a push, which a gateway judges in one go: all files that there may be, with paths of 70 bytes. */
  pushDocument: 24 * 1024 * 1024,
  /** Comparisons that the rules of a push may cost a gateway: four hundred plain ones, with all files that there may be. */
  ruleSteps: 50_000_000,
  /** Any other body. */
  json: 64 * 1024,
  /** Frames of a pull that are put into the answer where the store can sign addresses; more are fetched from there. */
  inline: 1024 * 1024,
  /** What is fetched from there in one go at most, and by how many addresses. */
  range: 8 * 1024 * 1024,
  ranges: 1_000,
} as const;

/** How far two clocks may be apart before what one of them signed is refused, in milliseconds. */
export const clockTolerance = 15 * 60 * 1_000;
