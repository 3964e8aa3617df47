import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSyncEvent, readSyncEvent } from './sync-event.ts';
import type { SyncEvent } from './sync-event.ts';

const event: SyncEvent = {
  ts: '2026-11-21T10:00:00.000Z',
  op: 'push',
  repo: 'os',
  scope: 'state',
  files: 3,
  bytes: 1_200,
  rev: 12,
  machine_id: '0123456789ab',
  ok: true,
};

test('an event is read back as it was written, without keys of others', () => {
  const withTiers = { ...event, tiers: { private: 3, 'team:acme': 12 } };
  for (const each of [event, withTiers]) {
    expect(readSyncEvent(formatSyncEvent(each))).toEqual(each);
    expect(readSyncEvent(JSON.stringify({ ...each, more: 1 }))).toEqual(each);
  }
});

test('a line that is no event is told from one, whichever field is wrong or missing', () => {
  for (const key of Object.keys(event)) {
    for (const bad of [undefined, null, -1, 1.5, '', 'x', {}, []]) {
      const isRight = key === 'machine_id' && typeof bad === 'string';
      expect([key, bad, readSyncEvent(JSON.stringify({ ...event, [key]: bad })) !== undefined]).toEqual([
        key,
        bad,
        isRight,
      ]);
    }
  }
  for (const tiers of [null, [], { private: -1 }, { private: '3' }, 3]) {
    expect(readSyncEvent(JSON.stringify({ ...event, tiers }))).toBeUndefined();
  }
});

test('a torn line is no event', () => {
  const line = formatSyncEvent(event);
  fc.assert(fc.property(fc.nat(line.length - 1), (end) => readSyncEvent(line.slice(0, end)) === undefined));
});

test('what would not be read back is not written', () => {
  expect(() => formatSyncEvent({ ...event, files: -1 })).toThrow(TypeError);
});
