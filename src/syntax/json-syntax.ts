/**
 * Finds where JSON text breaks its grammar, and how. The contract promises line and column for every mistake; V8's messages
 * lack them for some. Accepts what JSON.parse accepts (RFC 8259). One pass without recursion: text may nest 50 000 levels.
 */

/** A mistake: part of a sentence, and the offset in UTF-16 units. */
type JsonMistake = { problem: string; offset: number };

const whiteSpace = /[ \t\n\r]*/y;
const unfinishedString = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})[^"\\\u0000-\u001f]*)*/y;
const string = new RegExp(`${unfinishedString.source}"`, "y");
const scalar = new RegExp(`${string.source}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?|true|false|null`, "y");

/** Finds the first mistake. Undefined if the text is JSON. */
export const findJsonMistake = (text: string): JsonMistake | undefined => new JsonScanner(text).run();

/** `line 3, column 1`, both counted from 1. */
export function locate(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

type Expectation = "value" | "value or ]" | "name" | "name or }" | "comma or end";

class JsonScanner {
  readonly #text: string;
  readonly #open: ("[" | "{")[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): JsonMistake | undefined {
    let expected: Expectation = "value";
    for (;;) {
      this.#take(whiteSpace);
      if (expected === "comma or end" && this.#open.length === 0) {
        return this.#at < this.#text.length ? this.#mistake("text after the end of the value") : undefined;
      }
      const next = this.#step(expected);
      if (typeof next !== "string") return next;
      expected = next;
    }
  }

  /** Takes one token. Returns what may follow it, or the mistake. */
  #step(expected: Expectation): Expectation | JsonMistake {
    const character = this.#text[this.#at];
    if (character === undefined) return this.#mistake("it ends too early");
    switch (expected) {
      case "comma or end":
        return this.#afterValue(character);
      case "name":
      case "name or }":
        return this.#name(character, expected === "name or }");
      default:
        return this.#value(character, expected === "value or ]");
    }
  }

  #afterValue(character: string): Expectation | JsonMistake {
    const isArray = this.#open.at(-1) === "[";
    if (character === (isArray ? "]" : "}")) return this.#close();
    if (character !== ",") return this.#mistake(`a comma or ${isArray ? "]" : "}"} is missing`);
    const comma = this.#at;
    this.#at += 1;
    this.#take(whiteSpace);
    if (this.#text[this.#at] === "}" || this.#text[this.#at] === "]") {
      return { problem: `there is a trailing comma before ${this.#text[this.#at]}`, offset: comma };
    }
    return isArray ? "value" : "name";
  }

  #name(character: string, mayClose: boolean): Expectation | JsonMistake {
    if (mayClose && character === "}") return this.#close();
    if (character !== '"') return this.#mistake("a name in double quotes is missing");
    if (!this.#take(string)) return this.#brokenString();
    this.#take(whiteSpace);
    if (this.#text[this.#at] !== ":") return this.#mistake("a colon is missing after the name");
    this.#at += 1;
    return "value";
  }

  #value(character: string, mayClose: boolean): Expectation | JsonMistake {
    if (mayClose && character === "]") return this.#close();
    if (character === "[" || character === "{") {
      this.#open.push(character);
      this.#at += 1;
      return character === "[" ? "value or ]" : "name or }";
    }
    if (this.#take(scalar)) return "comma or end";
    return character === '"' ? this.#brokenString() : this.#mistake("a value is missing");
  }

  #close(): Expectation {
    this.#open.pop();
    this.#at += 1;
    return "comma or end";
  }

  #brokenString(): JsonMistake {
    this.#take(unfinishedString);
    return this.#mistake(
      this.#at >= this.#text.length
        ? "a string is not closed"
        : "a string has a character that must be escaped, or a bad escape",
    );
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text);
    if (matched) this.#at += matched[0].length;
    return matched !== null;
  }

  #mistake(problem: string): JsonMistake {
    return { problem, offset: this.#at };
  }
}
