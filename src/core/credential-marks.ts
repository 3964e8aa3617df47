/**
 * What a text must have in it for one of secretlint's recommended rules, or one of ours, to find a credential there: each
 * rule's pattern has at least one of these, or an address with a name and a password. A new version of the rules is held against this list
 * by credential-marks.test.ts.
 */
const marks: readonly string[] = words(
  'xoxb- xoxp- xoxa- xoxo- xoxr- xapp- x-oauth-basic@github _authToken SG. -----BEGIN ://',
  // `(?:ACCESS|access|Access)_?(?:KEY|key|Key)`
  'ssKEY ssKey sskey ss_KEY ss_Key ss_key SSKEY SSKey SSkey SS_KEY SS_Key SS_key',
);

/** As `marks`, where a credential goes on for at least `longEnough` characters: names of settings and functions begin like them. */
const prefixes: readonly string[] = words(
  'npm_ T3BlbkFJ sk-ant-api gsk_ hf_ lin_api_ ntn_ ops_ey snappy_ /invite/',
  'shppa_ shpca_ shpat_ shpss_ sk_live_ sk_test_ rk_live_ rk_test_ ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- glc_ glsa_',
  'hvs. hvb. hvr. vcp_ vci_ vca_ vcr_ vck_ dapi dckr_pat_ figd_ cfk_ cfut_ cfat_ tskey-',
);
const longEnough = 20;

function words(...lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(' '));
}

/** A mark, and where in it a pair of bytes begins that it is looked for by. */
interface Mark {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** Whether it is of interest by what comes behind it, from `from` on. */
  readonly goesOn: (bytes: Uint8Array, from: number) => boolean;
}

/** From the most to the least used in Markdown and English; capitals, digits and other signs are rarer than any of them. */
const byUse = '-/.:_etaoinshrdlcumwfgypbvkjxqz';

/** How rare the pair that begins at `at` is. */
function rarity(mark: string, at: number): number {
  const of = (char = ''): number => (byUse.includes(char) ? byUse.indexOf(char) : byUse.length);
  return of(mark[at]) + of(mark[at + 1]);
}

/**
 * Where the rarest three bytes of a mark begin, of several the last: words begin with the others. They are two pairs, one of which
 * begins at an even place wherever the mark does.
 */
function rarePairs(mark: string): number {
  const of = (at: number): number => Math.min(rarity(mark, at), rarity(mark, at + 1));
  let rarest = 0;
  for (let n = 1; n < mark.length - 2; n += 1) if (of(n) >= of(rarest)) rarest = n;
  return rarest;
}

/** By the two bytes of a pair, in the order of this machine: 0, or one more than the place in `groups` of the marks that have it. */
const pairs = new Uint8Array(65_536);
const groups: Mark[][] = [];

function enter(text: string, goesOn: Mark['goesOn']): void {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  const rarest = rarePairs(text);
  for (const at of [rarest, rarest + 1]) {
    const mark = { bytes, at, goesOn };
    const [pair = 0] = new Uint16Array(bytes.slice(at, at + 2).buffer);
    const group = groups[(pairs[pair] ?? 0) - 1];
    if (group === undefined) pairs[pair] = groups.push([mark]);
    else group.push(mark);
  }
}

for (const mark of marks) enter(mark, mark === '://' ? isTelling : () => true);
for (const prefix of prefixes) enter(prefix, isLong);

const [slash, at, space, hook] = [0x2f, 0x40, 0x20, 0x68];
/** The names and passwords that the rules find have at most 300 characters, and one at most four bytes. */
const longestUserInfo = 1_300;

/** Whether an address whose `://` ends before `from` has a name and a password, or may be Slack's: `https://hooks.slack.com`. */
function isTelling(bytes: Uint8Array, from: number): boolean {
  if (((bytes[from] ?? 0) | 0x20) === hook && isHooks(bytes, from)) return true;
  const end = Math.min(bytes.length, from + longestUserInfo);
  for (let n = from; n < end; n += 1) {
    const byte = bytes[n] ?? 0;
    if (byte === at) return true;
    if (byte === slash || byte <= space) return false;
  }
  return false;
}

const hooks = Uint8Array.from('hooks.', (char) => char.charCodeAt(0));

function isHooks(bytes: Uint8Array, from: number): boolean {
  return hooks.every((byte, n) => ((bytes[from + n] ?? 0) | 0x20) === (byte | 0x20));
}

/** 1 for what a key may be made of: letters, digits, and the signs of both kinds of base64 and of tokens with dots. */
const ofKeys = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.')
  ofKeys[char.charCodeAt(0)] = 1;

function isLong(bytes: Uint8Array, from: number): boolean {
  for (let n = from; n < from + longEnough; n += 1) if (ofKeys[bytes[n] ?? 0] !== 1) return false;
  return true;
}

function stands(bytes: Uint8Array, mark: Mark, pairAt: number): boolean {
  const from = pairAt - mark.at;
  if (from < 0) return false;
  for (let n = 0; n < mark.bytes.length; n += 1) if (bytes[from + n] !== mark.bytes[n]) return false;
  return mark.goesOn(bytes, from + mark.bytes.length);
}

function standsAny(bytes: Uint8Array, group: readonly Mark[] | undefined, pairAt: number): boolean {
  if (group === undefined) return false;
  for (const mark of group) if (stands(bytes, mark, pairAt)) return true;
  return false;
}

/**
 * Whether a text, in UTF-8, may hold a credential: `findCredentials` finds none where this says no. One pass over the bytes,
 * two at a time, since it looks at everything that leaves a machine.
 */
export function mayHoldCredential(bytes: Uint8Array): boolean {
  const { buffer, byteOffset, length } = bytes;
  // Numbers of two bytes can only be read from even places of a buffer.
  const first = byteOffset % 2;
  const numbers = new Uint16Array(buffer, byteOffset + first, Math.max(0, length - first) >> 1);
  for (let n = 0; n < numbers.length; n += 1) {
    const group = pairs[numbers[n] ?? 0] ?? 0;
    if (group !== 0 && standsAny(bytes, groups[group - 1], first + 2 * n)) return true;
  }
  return false;
}
