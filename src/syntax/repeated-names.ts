/** The tokens that matter here of valid JSON: strings, with the colon after a name, and brackets. Linear. */
const token = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:)?|[[{\]}]/g;

const readName = (text: string): string => (text.includes("\\") ? JSON.parse(text) : text.slice(1, -1));

/** Lists the names that a JSON object has more than once at its top level: `JSON.parse` keeps the last value alone. */
export function listRepeatedNames(json: string): string[] {
  const seen = new Set<string>();
  const repeated: string[] = [];
  let level = 0;
  for (const [bracket, text, colon] of json.matchAll(token)) {
    if (text === undefined) level += bracket === "{" || bracket === "[" ? 1 : -1;
    else if (colon && level === 1) {
      const name = readName(text);
      if (seen.has(name)) repeated.push(name);
      seen.add(name);
    }
  }
  return repeated;
}
