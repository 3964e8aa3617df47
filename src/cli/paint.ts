import { styleText } from 'node:util';
import type { Invocation } from './command.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Text in a colour, on a terminal whose owner has not said NO_COLOR; elsewhere the text as it is. */
export function painter({ terminal, env }: Pick<Invocation, 'terminal' | 'env'>): (style: Style, text: string) => string {
  const plain = !terminal || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return (style, text) => (plain ? text : styleText(style, text, { validateStream: false }));
}
