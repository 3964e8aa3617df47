import fs from 'node:fs';
import path from 'node:path';

/** What is read of a log at most unless more is asked for, in bytes: a log may be years long, and a look at it is short. */
const tailBytes = 256 * 1024;

/** The end of a log, from the start of a line and at most `most` bytes; '' when there is none. */
export function readTail(tree: string, file: string, most = tailBytes): string {
  let fd: number;
  try {
    // A pipe in its place would be waited for, for ever.
    fd = fs.openSync(path.join(tree, file), fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  } catch {
    return '';
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) return '';
    const { size } = stat;
    const from = Math.max(0, size - most);
    const bytes = Buffer.alloc(size - from);
    const text = bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, from)).toString('utf8');
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    fs.closeSync(fd);
  }
}
