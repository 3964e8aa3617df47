import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayHoldCredential } from './credential-marks.ts';
import { scanByRules } from './credential-rules.ts';

// Put together here, so that no scanner takes this file for one that holds credentials.
const run = (length: number, alphabet = 'aB3dE5gH7jK9mN1pQ2'): string =>
  Array.from({ length }, (_, n) => alphabet[(n * 7 + (n >> 2)) % alphabet.length]).join('');
const hex = (length: number): string => run(length, '3a7f91c05be8d264');
const words = (...parts: string[]): string => parts.join('');

// Its last byte is the closing brace, alone in its group: `fQ==`.
const ops = ['', ' ', '  ']
  .map((pad) => Buffer.from(`{${pad}"muk":{"alg":"A256GCM","k":"${run(80)}"}}`).toString('base64'))
  .filter((text) => text.endsWith('fQ=='))
  .join('');

/** For each of the rules, texts in which it finds something. */
const samples: Readonly<Record<string, readonly string[]>> = {
  aws: [
    words('AWS_SEC', 'RET_ACCESS_KEY = "', run(40), '"x'),
    words('secret', 'AccessKey: ', run(40)),
    words('Secret', 'ACCESSkey=>', run(40)),
  ],
  slack: [
    words('xo', 'xb-', run(12), '-', run(24)),
    words('xa', 'pp-1-', run(12), '-', run(12)),
    words('https://hooks.', 'slack.com/services/T', run(8), '/B', run(8), '/', run(24)),
    words('HTTPS://HOOKS.', 'SLACK.COM/services/T', run(8), '/B', run(8), '/', run(24)),
  ],
  npm: [words('np', 'm_', run(36))],
  basicauth: [
    words('https://', 'alice42:', 'hunter-9fk2@', 'intern.example.org'),
    words('ftp://', 'carol77:', 'kd82hsk1@', 'files.example.org'),
  ],
  openai: [words('sk-', run(20), 'T3Blb', 'kFJ', run(20))],
  anthropic: [words('sk-', 'ant-api03-', run(93), 'AA')],
  groq: [words('gs', 'k_', run(52))],
  huggingface: [words('h', 'f_', run(34, 'abCdefGhiJkl'))],
  linear: [words('lin', '_api_', run(40))],
  notion: [words('nt', 'n_', '12345678901', run(35))],
  privatekey: [
    words('-----BEGIN', ' RSA PRIVATE KEY-----\nMI', `${run(62)}\n`.repeat(6), '-----END', ' RSA PRIVATE KEY-----'),
  ],
  sendgrid: [words('SG', '.', run(22), '.', run(43))],
  shopify: [words('shp', 'at_', run(32)), words('shp', 'ss_', run(32))],
  stripe: [words('sk_', 'live_', run(24)), words('rk_', 'test_', run(24))],
  github: [
    words('gh', 'p_', run(36)),
    words('github', '_pat_', run(82)),
    words('gh', 's_', '12345_', run(30), '.', run(60), '.', run(40)),
  ],
  gitlab: [words('glp', 'at-', run(20))],
  grafana: [words('gl', 'sa_', run(32), '_', hex(8))],
  '1password': [words('op', 's_', ops)],
  'database-connection-string': [
    words('mongodb', '+srv://', 'app7:', 'k29dj2kd@', 'db.example.org/x'),
    words('MYSQL', '://', 'app7:', 'k29dj2kd@', 'db.example.org/x'),
    words('postgres', '://', 'äpp7:', 'k29 dj2kd'.replace(' ', 'ö'), '@', 'db.example.org/x'),
  ],
  'hashicorp-vault': [words('hv', 's.', run(95)), words('hv', 'b.', run(140))],
  vercel: [words('vc', 'p_', run(24)), words('vc', 'k_', run(24))],
  databricks: [words('da', 'pi', hex(32))],
  docker: [words('dckr', '_pat_', run(27))],
  figma: [words('fig', 'd_', run(44))],
  cloudflare: [words('cf', 'ut_', run(40), hex(8)), words('cf', 'k_', run(40), hex(8))],
  tailscale: [words('tsk', 'ey-auth-', run(12), '-', run(32))],
};

/** Rules that find nothing in what is looked at as a Markdown text: they are for files of other names, or only pass things over. */
const silent = ['gcp', 'filter-comments'];

/** At an odd place of its buffer if that is asked for. */
const bytes = (text: string, odd = 0): Uint8Array =>
  Buffer.concat([Buffer.alloc(odd), Buffer.from(text, 'utf8')]).subarray(odd);

describe('what may hold a credential', () => {
  test('is known of each rule there is', () => {
    const known = [...Object.keys(samples), ...silent].toSorted();
    const there = rules.map(({ meta }) => meta.id.replace('@secretlint/secretlint-rule-', '')).toSorted();
    expect(there.filter((rule) => !known.includes(rule))).toEqual([]);
    expect(known.filter((rule) => !there.includes(rule))).toEqual([]);
  });

  test.each(Object.entries(samples))('is let through where the rule %s finds something', async (rule, texts) => {
    for (const text of texts) {
      const found = await scanByRules(`some text\n${text}\nand more`);
      expect(
        found.map(({ credential }) => credential.kind),
        text,
      ).toContain(rule);
      for (const head of ['', 's', 'so', 'some text\n'])
        for (const tail of ['', '\n', '\nand more'])
          for (const odd of [0, 1])
            expect(mayHoldCredential(bytes(head + text + tail, odd)), head + text + tail).toBe(true);
    }
  });

  test('is let through whatever stands around it, and however it was changed, as long as a rule finds it', async () => {
    const all = Object.values(samples).flat();
    const filler = fc.stringMatching(/^[a-zA-Z0-9 :/@._\n"'ä-]{0,40}$/);
    await fc.assert(
      fc.asyncProperty(
        filler,
        fc.constantFrom(...all),
        filler,
        fc.nat(),
        fc.constantFrom('', 'a', 'A', '_', '-', '@', '/', ' '),
        async (head, secret, tail, where, put) => {
          const at = where % (secret.length + 1);
          const text = `${head}${secret.slice(0, at)}${put}${secret.slice(at)}${tail}`;
          const found = await scanByRules(text);
          expect(found.length === 0 || mayHoldCredential(bytes(text))).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('is not what only begins like a key: names of settings and of functions', () => {
    const text = [
      'npm_config_registry and npm_package_version, hf_hub_download(repo), sk_test_…, ghp_<your token>, ops_eye',
      'snappy_tree=$tree snappy_event=$event; https://example.com/invite/<code>; adapis, the tskey-auth- of a machine',
    ];
    for (const odd of [0, 1]) expect(text.filter((line) => mayHoldCredential(bytes(line, odd)))).toEqual([]);
  });

  test('is not everything: prose, code and links are passed over', () => {
    const text = [
      'A task that asks for the access key of `state/lib/env.ts`, see https://example.com/a?b=c@d and <mailto:a@b.example>.',
      'const some_name = other_name - 1; // http://localhost:3147/x and ssh://git@',
      '| --- | --- |\n-----\nKEY_OF_THINGS = accessory.key',
    ];
    expect(
      text
        .slice(0, 1)
        .concat(text.slice(2))
        .filter((line) => mayHoldCredential(bytes(line))),
    ).toEqual([]);
  });
});
