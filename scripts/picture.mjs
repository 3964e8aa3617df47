// `npm run picture`: clones the project into an empty folder, runs `npm start` there in a terminal, and draws what it printed as
// docs/first-run.svg. Needs `script` of util-linux, which gives the program a terminal of its own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cleanEnv, root } from './toolchain.mjs';

const clone = path.join(tmpdir(), 'snappy-os'); // a short path: the program shows it
const COLUMNS = 116;
const FONT = 14;
const CELL = 8.43; // advance of the monospace fonts below at that size
const LINE = 20;
const MARGIN = 20;
const BAR = 36;
const colours = {
  plain: '#d7dce2',
  dim: '#8b949e',
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
};

/** What `npm start` prints in a fresh clone, with its colours. */
function record() {
  mkdirSync(clone); // fails where somebody has one
  try {
    spawnSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' });
    const terminal = `stty cols ${COLUMNS} rows 50; npm start --silent`;
    const env = { ...cleanEnv(), TERM: 'xterm-256color', COLUMNS: String(COLUMNS) };
    const result = spawnSync('script', ['--quiet', '--return', '--command', terminal, '/dev/null'], {
      cwd: clone,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (result.status !== 0)
      throw new Error(`npm start ended with status ${result.status}\n${result.stdout ?? result.error}`);
    return result.stdout;
  } finally {
    rmSync(clone, { recursive: true, force: true });
  }
}

/**
 * The lines that a terminal ends up showing, each a list of `{ text, bold, colour }`. Of the control codes it knows the few that a
 * spinner needs: to the line's start, to a column, erase the rest of the line.
 */
function readTerminal(output) {
  const style = { bold: false, colour: 'plain' };
  return output
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => readLine(line, style));
}

function readLine(line, style) {
  const cells = [];
  let column = 0;
  for (const [all, code, final] of line.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[^]/gu)) {
    if (final === 'm') applyCodes(style, code);
    else if (final === 'K') cells.length = Math.min(cells.length, column);
    else if (final === 'G') column = Math.max(0, Number(code || '1') - 1);
    else if (all === '\r') column = 0;
    else if (final === undefined) cells[column++] = { text: all, ...style };
  }
  return joinAlike(Array.from(cells, (cell) => cell ?? { text: ' ', bold: false, colour: 'plain' }));
}

function joinAlike(cells) {
  const parts = [];
  for (const cell of cells) {
    const last = parts.at(-1);
    if (last?.bold === cell.bold && last.colour === cell.colour) last.text += cell.text;
    else parts.push(cell);
  }
  return parts;
}

function applyCodes(style, codes) {
  for (const code of codes.split(';')) {
    if (code === '' || code === '0') Object.assign(style, { bold: false, colour: 'plain' });
    else if (code === '1') style.bold = true;
    else if (code === '2' || code === '90') style.colour = 'dim';
    else if (code === '22')
      Object.assign(style, { bold: false, colour: style.colour === 'dim' ? 'plain' : style.colour });
    else if (code === '39') style.colour = 'plain';
    else if (Object.hasOwn(colours, code)) style.colour = code;
  }
}

// Renderers do not agree on how an SVG keeps runs of spaces; spaces that do not break are kept by all.
const escaped = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');

function drawLine(parts, index) {
  const spans = parts.map(({ text, bold, colour }) => {
    const weight = bold ? ' font-weight="700"' : '';
    return `<tspan fill="${colours[colour]}"${weight}>${escaped(text)}</tspan>`;
  });
  const y = BAR + MARGIN + FONT + index * LINE;
  return spans.length === 0 ? '' : `<text x="${MARGIN}" y="${y}">${spans.join('')}</text>\n`;
}

function draw(lines) {
  const width = Math.ceil(2 * MARGIN + COLUMNS * CELL);
  const height = BAR + 2 * MARGIN + lines.length * LINE;
  const buttons = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, at) => `<circle cx="${24 + 20 * at}" cy="18" r="6" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
<title id="title">A first run of npm start in a fresh clone</title>
<rect width="100%" height="100%" rx="10" fill="#0d1117"/>
${buttons.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">
${lines.map(drawLine).join('')}</g>
</svg>
`;
}

const prompt = [
  { text: `${clone} $ `, bold: false, colour: 'dim' },
  { text: 'npm start', bold: true, colour: 'plain' },
];
const lines = [prompt, ...readTerminal(record().trimEnd())];
writeFileSync(path.join(root, 'docs/first-run.svg'), draw(lines));
console.log(`wrote docs/first-run.svg: ${lines.length} lines`);
