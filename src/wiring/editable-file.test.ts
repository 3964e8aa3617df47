import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { realSystem } from '../core/system.ts';
import { readEditable } from './editable-file.ts';

test('a file that another run makes while it is looked for is read', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'snappy-editable-'));
  const absent = vi.spyOn(fs, 'statSync').mockReturnValueOnce(undefined);
  onTestFinished(() => {
    absent.mockRestore();
    fs.rmSync(dir, { recursive: true, force: true });
  });
  const file = path.join(dir, 'settings.json');
  fs.writeFileSync(file, '{}');
  expect(readEditable(realSystem(), file, 'edit')).toEqual({ bytes: Buffer.from('{}') });
  expect(absent).toHaveBeenCalled();
});
