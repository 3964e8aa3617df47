import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layout } from '../../core/paths.ts';
import { freshFolder } from '../../core/test-disk.ts';
import { findConsent, grantConsent, hasConsentFile } from './consent.ts';

const url = 'https://gateway.example';
const tenant = '0123456789ab';
const now = new Date('2026-03-01T12:00:00.000Z');
const later = (seconds: number): number => now.getTime() + seconds * 1_000;

let tree = '';
beforeEach(() => void (tree = freshFolder()));
afterEach(() => fs.rmSync(tree, { recursive: true }));

test('a consent holds for its gateway, its tenant and its time, and for nothing else', () => {
  expect([hasConsentFile(tree), findConsent(tree, { url, tenant }, later(0))]).toEqual([false, undefined]);
  const granted = grantConsent(tree, { url, tenant }, 3_600, now);
  expect(granted).toMatchObject({ scope: 'state', expires: '2026-03-01T13:00:00.000Z' });
  expect(hasConsentFile(tree)).toBe(true);
  expect(findConsent(tree, { url, tenant }, later(0))).toEqual(granted);
  expect(findConsent(tree, { url, tenant }, later(3_599))).toEqual(granted);
  expect(findConsent(tree, { url, tenant }, later(3_600))).toBeUndefined();
  expect(findConsent(tree, { url: 'https://other.example', tenant }, later(1))).toBeUndefined();
  expect(findConsent(tree, { url, tenant: 'ba9876543210' }, later(1))).toBeUndefined();
  expect(findConsent(tree, { url, tenant: undefined }, later(1))).toBeUndefined();
  // Given a day from now: the clock was wrong when it was given, or is now.
  expect(findConsent(tree, { url, tenant }, later(-86_400))).toBeUndefined();
});

test.each([
  '{',
  '[]',
  '{"_v":1}',
  '{"_v":1,"url":"https://gateway.example","tenant":"0123456789ab","scope":"all","granted":"x","expires":"y"}',
  '{"_v":1,"url":"https://gateway.example","tenant":"0123456789ab","scope":"state","granted":"x","expires":"y"}',
])('a consent that says %s is none', (text) => {
  fs.mkdirSync(path.join(tree, layout.gateway), { recursive: true });
  fs.writeFileSync(path.join(tree, layout.gateway, 'push-consent.json'), text);
  expect(findConsent(tree, { url, tenant }, later(0))).toBeUndefined();
});
