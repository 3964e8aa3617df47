import type { Grants, Role } from '../../sync/wire/messages.ts';
import type { Row, SqlValue } from '../ports.ts';

/** The teams of the tenant in `column`, as JSON: for a SELECT, read by `grantsOf`. */
export function teamsColumn(column: string): string {
  return `(SELECT json_group_array(json_object('slug', team, 'write', write)) FROM members WHERE tenant = ${column}) AS teams`;
}

/** The grants in a row with `subscriber` and `teams`, teams in the order of their names. */
export function grantsOf(row: Row): Grants {
  const teams = JSON.parse(textOf(row['teams'])) as readonly { readonly slug: string; readonly write: number }[];
  return {
    subscriber: row['subscriber'] === 1,
    teams: teams
      .map(({ slug, write }) => ({ slug, write: write === 1 }))
      .toSorted((a, b) => (a.slug < b.slug ? -1 : a.slug > b.slug ? 1 : 0)),
  };
}

export function roleOf(row: Row): Role {
  const role = row['role'];
  return role === 'operator' || role === 'member' ? role : 'none';
}

/** A column that has text in it by the schema. */
export function textOf(value: SqlValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError('the ledger has no text where the schema says so');
  return value;
}

/** A column that has a whole number in it, or nothing, which counts as 0. */
export function countOf(value: SqlValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
