import type { JsonDialect } from './wanted.ts';

/** A text that is not of its dialect: `message` says what was found, and at which line and column (both from 1). */
export class JsonSyntaxError extends Error {}

/** A comment, with its marks and without the line end after it. */
export interface JsonComment {
  readonly offset: number;
  readonly end: number;
  /** Whether it ends where its line ends, so that what follows must begin on another line. */
  readonly toLineEnd: boolean;
}

interface Grammar {
  readonly comments: boolean;
  readonly trailingCommas: boolean;
  readonly json5: boolean;
  /** What ends a line comment. */
  readonly lineEnd: RegExp;
}

/**
 * What each dialect allows. `jsonc` is what Gemini CLI 0.61 and Qwen Code 0.24 read: comments are cut out, the rest goes
 * to JSON.parse. So a trailing comma voids the file for them, and a lone carriage return does not end a comment.
 */
const grammars: Readonly<Record<JsonDialect, Grammar>> = {
  json: { comments: false, trailingCommas: false, json5: false, lineEnd: /\r?\n/g },
  jsonc: { comments: true, trailingCommas: false, json5: false, lineEnd: /\r?\n/g },
  json5: { comments: true, trailingCommas: true, json5: true, lineEnd: /[\n\r\u2028\u2029]/g },
};

const strictNumber = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const json5Number = /([+-]?)(Infinity|NaN|0[xX][0-9a-fA-F]+|(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/y;
const fourHex = /^[0-9a-fA-F]{4}$/;
const twoHex = /^[0-9a-fA-F]{2}$/;
const lineBreak = /[\n\r\u2028\u2029]/;
const keyStart = /^[$_\p{L}\p{Nl}]$/u;
const keyPart = /^[$_\u200C\u200D\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]$/u;

const strictEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Reads the tokens of one text, front to back; `at` is where it stands. Every fault is a `JsonSyntaxError`. */
export class JsonScanner {
  readonly text: string;
  readonly grammar: Grammar;
  readonly comments: JsonComment[] = [];
  at = 0;

  constructor(text: string, dialect: JsonDialect) {
    this.text = text;
    this.grammar = grammars[dialect];
  }

  fail(found: string, offset = this.at): never {
    const before = this.text.slice(0, offset);
    const line = before.split('\n').length;
    throw new JsonSyntaxError(`${found} at line ${line}, column ${offset - before.lastIndexOf('\n')}`);
  }

  /** Passes white space and comments. */
  skip(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09) this.at += 1;
      else if (unit === 0x2f && this.comment()) continue;
      else if ((unit > 0x7f || unit === 0x0b || unit === 0x0c) && this.rareSpace()) this.at += 1;
      else return;
    }
  }

  // JSON5's white space and line ends are those of ECMAScript, which is what \s stands for.
  private rareSpace(): boolean {
    return this.grammar.json5 && /\s/.test(this.text.charAt(this.at));
  }

  private comment(): boolean {
    const offset = this.at;
    const second = this.text.charAt(offset + 1);
    if (second !== '/' && second !== '*') return false;
    if (!this.grammar.comments) this.fail('a comment');
    if (second === '*') {
      const close = this.text.indexOf('*/', offset + 2);
      if (close < 0) this.fail('a comment without its end */');
      this.at = close + 2;
    } else {
      const { lineEnd } = this.grammar;
      lineEnd.lastIndex = offset;
      this.at = lineEnd.exec(this.text)?.index ?? this.text.length;
    }
    this.comments.push({ offset, end: this.at, toLineEnd: second === '/' });
    return true;
  }

  /** Passes one character if it is this one. */
  take(char: string): boolean {
    if (this.text.charAt(this.at) !== char) return false;
    this.at += 1;
    return true;
  }

  /** Whether a string begins here. */
  quoted(): boolean {
    const char = this.text.charAt(this.at);
    return char === '"' || (char === "'" && this.grammar.json5);
  }

  /** The string that begins here. */
  string(): string {
    const start = this.at;
    const quote = this.text.charCodeAt(start);
    let value = '';
    let from = start + 1;
    for (this.at = from; ; this.at += 1) {
      const unit = this.text.charCodeAt(this.at);
      if (unit === quote) break;
      if (unit === 0x5c) {
        value += this.text.slice(from, this.at) + this.escape();
        from = this.at;
        this.at -= 1;
      } else if (Number.isNaN(unit)) {
        this.fail('a string without its closing quote', start);
      } else if (unit < 0x20) {
        if (unit === 0x0a || unit === 0x0d) this.fail('a string without its closing quote', start);
        if (!this.grammar.json5) this.fail('a control character in a string');
      }
    }
    value += this.text.slice(from, this.at);
    this.at += 1;
    return value;
  }

  /** What the escape that begins at a backslash stands for. */
  private escape(): string {
    const start = this.at;
    const char = this.text.charAt(start + 1);
    this.at += 2;
    const simple = Object.hasOwn(strictEscapes, char) ? strictEscapes[char] : undefined;
    if (simple !== undefined) return simple;
    if (char === 'u') return this.hex(fourHex, 4, start);
    if (!this.grammar.json5 || char === '') this.fail('an escape that does not exist', start);
    if (char === 'x') return this.hex(twoHex, 2, start);
    if (char === 'v') return '\v';
    if (char === '0' && !/\d/.test(this.text.charAt(this.at))) return '\0';
    if (/\d/.test(char)) this.fail('an escape that does not exist', start);
    if (!lineBreak.test(char)) return char;
    // The line goes on: `\r\n` is one line end.
    if (char === '\r') this.take('\n');
    return '';
  }

  private hex(form: RegExp, digits: number, start: number): string {
    const code = this.text.slice(this.at, this.at + digits);
    if (!form.test(code)) this.fail('an escape that does not exist', start);
    this.at += digits;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  /** The number that begins here, or `undefined`. */
  number(): number | undefined {
    const form = this.grammar.json5 ? json5Number : strictNumber;
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found === null) return undefined;
    this.at = form.lastIndex;
    const [whole, sign, digits] = found;
    // `Number` knows no sign before 0x.
    return digits === undefined ? Number(whole) : (sign === '-' ? -1 : 1) * Number(digits);
  }

  /** Passes a word such as `true` if it begins here. */
  word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** JSON5: the name without quotes that begins here (ECMAScript 5.1 IdentifierName), or `undefined`. */
  bareKey(): string | undefined {
    if (!this.grammar.json5) return undefined;
    let key = '';
    for (;;) {
      const start = this.at;
      const point = this.text.codePointAt(start);
      let char = point === undefined ? '' : String.fromCodePoint(point);
      this.at += char.length;
      if (char === '\\' && this.take('u')) char = this.hex(fourHex, 4, start);
      if (!(key === '' ? keyStart : keyPart).test(char)) {
        this.at = start;
        return key === '' ? undefined : key;
      }
      key += char;
    }
  }
}
