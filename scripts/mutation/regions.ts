/** What a character of a file is part of: code, SQL, or neither (a comment, a text, a regular expression). */
export type Region = "code" | "sql" | "other";

/** A text in quotes is SQL if it has one of these words; a template tagged `sql` is SQL in any case. */
const sqlWords = /\b(?:SELECT|INSERT|UPDATE|DELETE|WHERE|CASE|EXISTS|AND|IS|NOT)\b/;

/** The tokens that hide what is in them. A `/` begins a regular expression where a value cannot have ended. */
const tokens =
  /\/\/.*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=(?:^|[(,=:[!&|?{};\n]|=>|return)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[`{}]/g;

/** The region of each character of a file, by its place. */
export function findRegions(text: string, isSql: boolean): Region[] {
  if (!isSql) return new TypeScript(text).regions;
  const regions = new Array<Region>(text.length).fill("sql");
  for (const { 0: comment, index } of text.matchAll(/--.*/g)) regions.fill("other", index, index + comment.length);
  return regions;
}

class TypeScript {
  readonly regions: Region[];
  readonly #text: string;
  /** For each `{` that is open: the tag of the template that it interrupts, if any. */
  readonly #open: (string | undefined)[] = [];

  constructor(text: string) {
    this.#text = text;
    this.regions = new Array<Region>(text.length).fill("code");
    for (let at = 0; at < text.length; ) at = this.#readFrom(at);
  }

  /** Reads the next token. @returns where to go on */
  #readFrom(at: number): number {
    tokens.lastIndex = at;
    const found = tokens.exec(this.#text);
    if (!found) return this.#text.length;
    const [token] = found;
    const end = found.index + token.length;
    if (token === "`") return this.#readTemplate(end, this.#text.slice(0, found.index).endsWith("sql") ? "sql" : "");
    if (token === "{") this.#open.push(undefined);
    else if (token === "}") {
      const tag = this.#open.pop();
      if (tag !== undefined) return this.#readTemplate(end, tag);
    } else this.regions.fill(/^["']/.test(token) && sqlWords.test(token) ? "sql" : "other", found.index, end);
    return end;
  }

  /** Reads a template's text: to its closing backtick, or to `${`. */
  #readTemplate(start: number, tag: string): number {
    let end = start;
    while (end < this.#text.length && !/^(?:`|\$\{)/.test(this.#text.slice(end, end + 2))) {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    const isSql = tag === "sql" || sqlWords.test(this.#text.slice(start, end));
    this.regions.fill(isSql ? "sql" : "other", start, end);
    if (this.#text[end] === "`") return end + 1;
    this.#open.push(tag);
    return end + 2;
  }
}
