import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Ledger, SqlValue, Statement } from '../ports.ts';

const sql = (text: string, ...values: SqlValue[]): Statement => ({ sql: text, values });
const addTeam = (slug: string): Statement => sql('INSERT INTO teams (slug, created) VALUES (?, ?)', slug, 'today');
const teamsLike = (slug: string): Statement =>
  sql('SELECT slug FROM teams WHERE slug LIKE ? ORDER BY slug', `${slug}%`);

/** Every rule of `Ledger`. `use` gives one with the whole schema; several tests share it, each with names of its own. */
export function describeLedger(name: string, use: () => Ledger | Promise<Ledger>): void {
  const place = async (): Promise<Place> => ({ ledger: await use(), own: `t${randomBytes(6).toString('hex')}` });
  describe(`${name}, as a ledger`, () => {
    describeBatches(place);
    describeValues(place);
    describeConditions(place);
  });
}

interface Place {
  readonly ledger: Ledger;
  /** A text that no other test has in its rows. */
  readonly own: string;
}

function describeBatches(place: () => Promise<Place>): void {
  test('does all of a batch, in its order, and gives the rows and changes of each', async () => {
    const { ledger, own } = await place();
    const done = await ledger.batch([
      addTeam(`${own}-a`),
      sql('INSERT INTO teams (slug, created) VALUES (?, ?), (?, ?) RETURNING slug', `${own}-b`, 'x', `${own}-c`, 'x'),
      sql('UPDATE teams SET created = ? WHERE slug LIKE ?', 'later', `${own}%`),
      teamsLike(own),
      sql('DELETE FROM teams WHERE slug = ? RETURNING created', `${own}-a`),
      sql('UPDATE teams SET created = ? WHERE slug = ?', 'never', 'nobody'),
    ]);
    expect(done.map(({ changed }) => changed)).toEqual([1, 2, 3, 0, 1, 0]);
    expect(done.map(({ rows }) => rows)).toEqual([
      [],
      [{ slug: `${own}-b` }, { slug: `${own}-c` }],
      [],
      [{ slug: `${own}-a` }, { slug: `${own}-b` }, { slug: `${own}-c` }],
      [{ created: 'later' }],
      [],
    ]);
  });

  test('does nothing of a batch in which one statement fails, whichever it is', async () => {
    const { ledger, own } = await place();
    await ledger.batch([addTeam(`${own}-there`)]);
    const good = [addTeam(`${own}-1`), addTeam(`${own}-2`)];
    for (const bad of [
      addTeam(`${own}-there`),
      sql('INSERT INTO no_such_table (a) VALUES (1)'),
      sql('INSERT INTO teams (slug, created) VALUES (?, NULL)', `${own}-null`),
      sql('INSERT INTO members (team, tenant, write) VALUES (?, ?, 1)', `${own}-there`, 'no such tenant'),
      sql('not SQL at all'),
    ]) {
      for (const at of [0, 1, 2]) await expect(ledger.batch(good.toSpliced(at, 0, bad))).rejects.toThrow(Error);
    }
    expect(await ledger.all(teamsLike(own))).toEqual([{ slug: `${own}-there` }]);
    // And it is none the worse for it.
    await ledger.batch(good);
    expect(await ledger.all(teamsLike(own))).toHaveLength(3);
  });

  test('takes a batch of nothing', async () => {
    const { ledger } = await place();
    expect(await ledger.batch([])).toEqual([]);
  });

  test('does a statement by itself, and gives its rows', async () => {
    const { ledger, own } = await place();
    const made = await ledger.all(sql('INSERT INTO teams (slug, created) VALUES (?, ?) RETURNING slug', own, 'x'));
    expect(made).toEqual([{ slug: own }]);
    expect(await ledger.all(teamsLike(own))).toEqual([{ slug: own }]);
  });
}

function describeValues(place: () => Promise<Place>): void {
  test('gives back texts and numbers as they were given', async () => {
    const { ledger } = await place();
    const values: SqlValue[] = ['', "it's", '日本 🙂 \n', 0, -1, 42, 2 ** 53 - 1, 0.25, null];
    const wanted = values.map((_, at) => `? AS v${at}`).join(', ');
    const [row] = await ledger.all(sql(`SELECT ${wanted}`, ...values));
    expect(Object.values(row ?? {})).toEqual(values);
  });

  test('keeps a whole number whole in a column of numbers', async () => {
    const { ledger, own } = await place();
    await ledger.batch([sql('INSERT INTO counters (name, window, n) VALUES (?, ?, ?)', own, '5', 7)]);
    const [row] = await ledger.all(sql('SELECT window, n, typeof(n) AS type FROM counters WHERE name = ?', own));
    expect(row).toEqual({ window: '5', n: 7, type: 'integer' });
  });

  test('takes a hundred values in a statement, and thousands as JSON', async () => {
    const { ledger, own } = await place();
    const hundred = Array.from({ length: 100 }, (_, n) => n);
    const [row] = await ledger.all(sql(`SELECT ${hundred.map(() => '?').join(' + ')} AS sum`, ...hundred));
    expect(row).toEqual({ sum: 4950 });
    const many = JSON.stringify(Array.from({ length: 3_000 }, (_, n) => `${own}-${n}`));
    const [done] = await ledger.batch([
      sql("INSERT INTO teams (slug, created) SELECT value, 'x' FROM json_each(?)", many),
    ]);
    expect(done?.changed).toBe(3_000);
    expect(await ledger.all(teamsLike(own))).toHaveLength(3_000);
  });

  test('adds to a counter, and says what it has come to', async () => {
    const { ledger, own } = await place();
    const count = sql(
      `INSERT INTO counters (name, window, n) VALUES (?, 'w', ?)
        ON CONFLICT (name, window) DO UPDATE SET n = n + excluded.n RETURNING n`,
      own,
      3,
    );
    const all = await Promise.all(Array.from({ length: 20 }, () => ledger.batch([count])));
    expect(all.map(([done]) => Number(done?.rows[0]?.['n'])).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => 3 * (n + 1)),
    );
  });
}

function describeConditions(place: () => Promise<Place>): void {
  test('does the one of two things that the other has made possible', async () => {
    const { ledger, own } = await place();
    // A condition on what an earlier statement of the batch has done is how a push writes its rows only when it has won.
    const won = sql(
      'INSERT INTO teams (slug, created) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM teams WHERE slug = ?)',
      `${own}-second`,
      'x',
      `${own}-first`,
    );
    expect((await ledger.batch([won]))[0]?.changed).toBe(0);
    expect((await ledger.batch([addTeam(`${own}-first`), won])).map(({ changed }) => changed)).toEqual([1, 1]);
  });

  const swap = (tier: string, base: number, id: string): Statement =>
    sql(
      `INSERT INTO heads (repo, tier, rev, manifest, digest, files, bytes, push_id, updated)
        SELECT 'os', ?1, ?2 + 1, ?3, '', 0, 0, ?3, '' WHERE ?2 = 0 OR EXISTS (SELECT 1 FROM heads WHERE repo = 'os' AND tier = ?1)
        ON CONFLICT (repo, tier) DO UPDATE SET rev = excluded.rev, manifest = excluded.manifest, push_id = excluded.push_id
        WHERE rev = excluded.rev - 1`,
      tier,
      base,
      id,
    );

  test('lets one of many move a head from a base, and tells the others that they have lost', async () => {
    const { ledger, own } = await place();
    const rounds = 8;
    for (let base = 0; base < rounds; base++) {
      const tries = Array.from({ length: 12 }, async (_, n) => {
        const id = `${base}-${n}`;
        const [moved] = await ledger.batch([swap(own, base, id)]);
        return moved?.changed === 1 ? [id] : [];
      });
      const winners = (await Promise.all(tries)).flat();
      expect(winners).toHaveLength(1);
      const head = await ledger.all(sql('SELECT rev, push_id FROM heads WHERE tier = ?', own));
      expect(head).toEqual([{ rev: base + 1, push_id: winners[0] }]);
    }
  });
}
