/** One command of a shell line. */
export interface ShellCommand {
  /** Without their quotes, and without redirections. */
  readonly words: readonly string[];
  /** Files that `<` names. */
  readonly read: readonly string[];
  /** Files that `>` and `>>` name. */
  readonly written: readonly string[];
  /** What is within it by `$(…)` or backticks: shell text again. */
  readonly inner: readonly string[];
}

/** What is taken apart at most, in characters: a longer line is nothing that a person wrote into a crontab. */
const maxLength = 16 * 1024;

const blank = /[ \t]/;
const operator = /[;&|()\n]/;

/**
 * Takes a line for sh apart into its commands (POSIX.1-2024 XCU 2): quotes, escapes, substitutions, redirections and the
 * operators between commands. It knows enough to tell which programs are started with which words; it expands nothing.
 */
export function splitShell(line: string): ShellCommand[] {
  const reader = new ShellReader(line.slice(0, maxLength));
  reader.read();
  return reader.commands;
}

class ShellReader {
  readonly commands: ShellCommand[] = [];
  readonly #text: string;
  #at = 0;
  #words: string[] = [];
  #read: string[] = [];
  #written: string[] = [];
  #inner: string[] = [];
  #word: string | undefined;
  /** The redirection whose file the next word is. */
  #redirect: '<' | '>' | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at] ?? '');
    this.#endCommand();
  }

  #step(char: string): void {
    if (blank.test(char)) this.#endWord();
    else if (char === '#' && this.#word === undefined) return this.#skipComment();
    else if (char === '>' || char === '<') this.#startRedirect(char);
    // `2>&1` and `&>file` are redirections, not the end of a command.
    else if (char === '&' && (this.#redirect !== undefined || this.#text[this.#at + 1] === '>')) this.#endWord();
    else if (operator.test(char)) this.#endCommand();
    else return this.#readPart(char);
    this.#at += 1;
  }

  #startRedirect(char: '<' | '>'): void {
    // The number before it is a descriptor, not a word.
    if (this.#word !== undefined && /^\d+$/.test(this.#word)) this.#word = undefined;
    this.#endWord();
    this.#redirect = char;
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#text.length : end;
  }

  /** One piece of a word: quoted, escaped, substituted, or a bare character. */
  #readPart(char: string): void {
    if (char === "'") this.#append(this.#upTo("'", 1));
    else if (char === '"') this.#readDouble();
    else if (char === '\\') {
      const next = this.#text[this.#at + 1] ?? '';
      this.#append(next === '\n' ? '' : next);
      this.#at += 2;
    } else if (char === '`') this.#inner.push(this.#upTo('`', 1));
    else if (char === '$' && this.#text[this.#at + 1] === '(') this.#readSubstitution();
    else {
      this.#append(char);
      this.#at += 1;
    }
  }

  #readDouble(): void {
    this.#append('');
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? '';
      if (char === '"') {
        this.#at += 1;
        return;
      }
      // Within double quotes a backslash is one unless it is before one of these.
      if (char === '\\' && !/[$`"\\\n]/.test(this.#text[this.#at + 1] ?? '')) {
        this.#append(char);
        this.#at += 1;
      } else if (char === "'") {
        this.#append(char);
        this.#at += 1;
      } else this.#readPart(char);
    }
  }

  #readSubstitution(): void {
    const from = this.#at + 2;
    let depth = 1;
    let at = from;
    for (; at < this.#text.length && depth > 0; at++) {
      if (this.#text[at] === '(') depth += 1;
      else if (this.#text[at] === ')') depth -= 1;
    }
    this.#append('');
    this.#inner.push(this.#text.slice(from, depth === 0 ? at - 1 : at));
    this.#at = at;
  }

  /** The text after `skip` characters up to a mark, which is passed over; all that is left where there is none. */
  #upTo(mark: string, skip: number): string {
    const from = this.#at + skip;
    const end = this.#text.indexOf(mark, from);
    this.#at = end === -1 ? this.#text.length : end + 1;
    return this.#text.slice(from, end === -1 ? undefined : end);
  }

  #append(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word === undefined) return;
    if (this.#redirect === undefined) this.#words.push(this.#word);
    else if (this.#redirect === '>') this.#written.push(this.#word);
    else this.#read.push(this.#word);
    this.#word = undefined;
    this.#redirect = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    this.#redirect = undefined;
    const command = { words: this.#words, read: this.#read, written: this.#written, inner: this.#inner };
    if (Object.values(command).some((list) => list.length > 0)) this.commands.push(command);
    [this.#words, this.#read, this.#written, this.#inner] = [[], [], [], []];
  }
}
