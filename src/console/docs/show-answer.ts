/** A longer body is cut where it is shown: a list may have megabytes. */
const longestBody = 100_000;

/** Shows paragraphs and one link in the place of a form's answer. */
export function showSentence(place: Element, ...parts: (string | Node)[]): void {
  const paragraph = document.createElement("p");
  paragraph.append(...parts);
  place.replaceChildren(paragraph);
}

/** A link to the console, which keeps the key. */
export function makeConsoleLink(text: string): HTMLAnchorElement {
  const link = document.createElement("a");
  link.href = "/--console/";
  link.textContent = text;
  return link;
}

/** Shows what was asked and what came: status, headers and body, as text. */
export async function showAnswer(place: Element, asked: string, response: Response): Promise<void> {
  const text = await response.text();
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const lines = [`${response.status} ${response.statusText}`.trim(), headers, "", formatBody(text)];
  const shown = document.createElement("pre");
  shown.textContent = lines.join("\n");
  showSentence(place, asked);
  place.append(shown);
}

function formatBody(text: string): string {
  const formatted = format(text);
  const left = formatted.length - longestBody;
  return left > 0 ? `${formatted.slice(0, longestBody)}\n… ${left} more characters` : formatted;
}

/** JSON in lines; other text as it is. */
function format(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
