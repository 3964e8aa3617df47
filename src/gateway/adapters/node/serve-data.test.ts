import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDataDir, readSettings, takeDataDir, writeSettings } from './serve-data.ts';

const settings = {
  _v: 1,
  secret: 'a secret of more than thirty-two characters',
  operatorKeyHash: 'a'.repeat(64),
  store: { kind: 'files' },
} as const;

let root: string;
let dir: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-data-'));
  dir = path.join(root, 'gateway');
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function faultOf(work: () => unknown): { message: string; hint: string } {
  try {
    work();
  } catch (cause) {
    return cause as { message: string; hint: string };
  }
  throw new Error('nothing was wrong');
}

describe('the settings', () => {
  test('are what was written, for their owner alone', () => {
    makeDataDir(dir);
    writeSettings(dir, settings);
    expect(readSettings(dir, {})).toEqual(settings);
    expect(fs.statSync(dir).mode & 0o777).toBe(0o700);
    expect(fs.statSync(path.join(dir, 'gateway.json')).mode & 0o777).toBe(0o600);
  });

  test('are not there yet in a folder that is missing or empty', () => {
    expect(readSettings(dir, {})).toBeUndefined();
    makeDataDir(dir);
    takeDataDir(dir)();
    expect(readSettings(dir, {})).toBeUndefined();
  });

  test('that were torn are told without a word of what is in them', () => {
    makeDataDir(dir);
    fs.writeFileSync(path.join(dir, 'gateway.json'), JSON.stringify(settings).slice(0, 60));
    const { message, hint } = faultOf(() => readSettings(dir, {}));
    expect(message).toMatch(/gateway\.json is not JSON: at character \d+$/);
    expect(message + hint).not.toContain('thirty');
    expect(hint).toContain('backup');
    fs.writeFileSync(path.join(dir, 'gateway.json'), '');
    expect(faultOf(() => readSettings(dir, {})).message).toMatch(/it is empty$/);
  });

  test('that are missing beside a ledger are not made anew: its keys would all be lost', () => {
    makeDataDir(dir);
    fs.writeFileSync(path.join(dir, 'ledger.sqlite'), '');
    expect(faultOf(() => readSettings(dir, {})).message).toBe(`${dir} holds ledger.sqlite, but no gateway.json`);
  });
});

describe('the folder', () => {
  test('belongs to one process at a time, and the other is told to which', () => {
    makeDataDir(dir);
    const release = takeDataDir(dir);
    const { message } = faultOf(() => takeDataDir(dir));
    expect(message).toBe(`a gateway serves ${dir} already: process ${process.pid}`);
    release();
    takeDataDir(dir)();
  });

  test('that is a file is told', () => {
    fs.writeFileSync(dir, '');
    expect(faultOf(() => readSettings(dir, {})).message).toBe(`${dir} is not a folder`);
  });
});
