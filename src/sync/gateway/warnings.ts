/** Something about a file that a person may not have meant to send. */
export interface Warning {
  readonly path: string;
  readonly why: string;
}

const large = 1_000_000;

// Each is a whole part of a path, whatever its case.
const madeFolders = [
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'out',
  'target',
  'coverage',
  '__pycache__',
  '.venv',
  'venv',
  '.next',
  '.nuxt',
  '.gradle',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.turbo',
  '.cache',
];
const made = new RegExp(`(?:^|/)(?:${madeFolders.map((name) => name.replace('.', '\\.')).join('|')})/`, 'i');
const madeFile =
  /\.(?:pyc|pyo|o|obj|a|so|dylib|dll|class|exe|tsbuildinfo)$|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/i;
// Vim, Emacs, nano, LibreOffice, JetBrains, and what most editors write beside a file as they save it.
const editor =
  /(?:^|\/)(?:\.(?:[^/]*\.)?sw[a-p]|[^/]*\.sw[m-p]|4913|\.?#[^/]*#?|~\$[^/]*|\.~lock\.[^/]*#|[^/]*___jb_(?:tmp|old)___|[^/]*~)$|\.(?:tmp|temp|orig|rej)$/i;

/** What is odd about sending a file of this name and size (in bytes): at most one thing, the likeliest. */
export function warningOf(path: string, size: number): Warning | undefined {
  if (made.test(path) || madeFile.test(path)) return { path, why: 'is made by a build' };
  if (editor.test(path)) return { path, why: 'is left by an editor' };
  return size > large ? { path, why: `has ${(size / 1e6).toFixed(1)} MB` } : undefined;
}
