/**
 * The relaxed JSON that templates write into attributes: JSON, and also strings in single quotes, keys without quotes,
 * trailing commas, comments, numbers like `+1`, `.5` or `0xff`, and line breaks inside strings (Liquid puts them there).
 */

/** How deep arrays and objects may nest; more is a mistake or an attack on the stack. */
const DEPTH_MAX = 200;

/**
 * @param {string} text
 * @returns {any} the value; objects are plain and take `__proto__` as an ordinary key
 * @throws {SyntaxError} with the 1-based line and column of what could not be read
 */
export function parseRelaxedJson(text) {
  const reader = new Reader(text);
  reader.skipSpace();
  const value = reader.value(0);
  reader.skipSpace();
  if (!reader.atEnd) throw reader.error(`unexpected ${reader.shown()} after the value`);
  return value;
}

/** @type {Record<string, unknown>} */
const WORDS = { true: true, false: false, null: null, undefined: null, NaN: null, Infinity: Infinity };
/** @type {Record<string, string>} */
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", 0: "\0", "\n": "", "\u2028": "", "\u2029": "" };
const WORD = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d-]*/uy;
const NUMBER = /[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y;
const SPACE = /(?:[\s\ufeff]|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.position = 0;
  }

  get atEnd() {
    return this.position >= this.text.length;
  }

  get next() {
    return this.text[this.position];
  }

  skipSpace() {
    this.take(SPACE);
  }

  /**
   * @param {number} depth
   * @returns {any}
   */
  value(depth) {
    if (depth > DEPTH_MAX) throw this.error(`more than ${DEPTH_MAX} levels`);
    if (this.next === "{") return this.object(depth);
    if (this.next === "[") return this.array(depth);
    if (this.next === '"' || this.next === "'") return this.string();
    const number = this.take(NUMBER);
    if (number !== undefined) return this.number(number);
    const start = this.position;
    const word = this.take(WORD);
    if (word !== undefined && Object.hasOwn(WORDS, word)) return WORDS[word];
    this.position = start;
    throw this.error(`expected a value, found ${this.shown()}`);
  }

  /** @param {number} depth */
  array(depth) {
    this.position++;
    const items = [];
    for (;;) {
      this.skipSpace();
      if (this.next === "]") break;
      items.push(this.value(depth + 1));
      if (!this.comma("]")) break;
    }
    this.position++;
    return items;
  }

  /** @param {number} depth */
  object(depth) {
    this.position++;
    /** @type {[string, unknown][]} */
    const entries = [];
    for (;;) {
      this.skipSpace();
      if (this.next === "}") break;
      const key = this.key();
      this.skipSpace();
      if (this.next !== ":") throw this.error(`expected ":" after the key "${key}", found ${this.shown()}`);
      this.position++;
      this.skipSpace();
      entries.push([key, this.value(depth + 1)]);
      if (!this.comma("}")) break;
    }
    this.position++;
    return Object.fromEntries(entries);
  }

  key() {
    if (this.next === '"' || this.next === "'") return this.string();
    const key = this.take(WORD) ?? this.take(NUMBER);
    if (key === undefined) throw this.error(`expected a key, found ${this.shown()}`);
    return key;
  }

  /**
   * Takes the comma before the next item; false at `close`, which is left for the caller.
   * @param {string} close
   */
  comma(close) {
    this.skipSpace();
    if (this.next === ",") {
      this.position++;
      return true;
    }
    if (this.next === close) return false;
    throw this.error(`expected "," or "${close}", found ${this.shown()}`);
  }

  string() {
    const start = this.position;
    const quote = this.text[this.position++];
    let value = "";
    for (;;) {
      if (this.atEnd) {
        this.position = start;
        throw this.error("a string without its closing quote");
      }
      const character = this.text[this.position++];
      if (character === quote) return value;
      value += character === "\\" ? this.escape() : character;
    }
  }

  escape() {
    const character = this.text[this.position++];
    if (character === "u") return this.hexadecimal(4);
    if (character === "x") return this.hexadecimal(2);
    if (character === "\r") {
      if (this.next === "\n") this.position++;
      return "";
    }
    return (Object.hasOwn(ESCAPES, character ?? "") ? ESCAPES[character] : character) ?? "";
  }

  /** @param {number} digits */
  hexadecimal(digits) {
    const code = this.text.slice(this.position, this.position + digits);
    if (code.length !== digits || /[^\da-f]/i.test(code)) throw this.error(`expected ${digits} hexadecimal digits`);
    this.position += digits;
    return String.fromCharCode(parseInt(code, 16));
  }

  /** @param {string} source */
  number(source) {
    const sign = source[0] === "-" ? -1 : 1;
    return sign * Number(source.replace(/^[+-]/, ""));
  }

  /** @param {RegExp} pattern a sticky one */
  take(pattern) {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  shown() {
    return this.atEnd ? "the end" : `"${String.fromCodePoint(/** @type {number} */ (this.text.codePointAt(this.position)))}"`;
  }

  /** @param {string} what */
  error(what) {
    const before = this.text.slice(0, this.position).split("\n");
    return new SyntaxError(`line ${before.length}, column ${(before.at(-1) ?? "").length + 1}: ${what}`);
  }
}
