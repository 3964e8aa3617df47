import { styleText } from 'node:util';
import type { Invocation } from './command.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Text in a colour, on a terminal whose owner has not said NO_COLOR; elsewhere the text as it is. */
export function painter({
  terminal,
  env,
}: Pick<Invocation, 'terminal' | 'env'>): (style: Style, text: string) => string {
  const plain = !terminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return (style, text) => (plain ? text : styleText(style, text, { validateStream: false }));
}

/** Text of others (a log, a skill) as one line that cannot steer the terminal it is printed on, cut to `max` characters. */
export function oneLine(text: string, max = 100): string {
  const line = [...text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')];
  return line.length > max ? `${line.slice(0, max - 1).join('')}…` : line.join('');
}
