/** A place of the documentation, as scripts/web/docs/search-index.ts writes it. */
type Entry = readonly [title: string, href: string, text: string];

const maxResults = 20;

/** Read with the first key that is typed. */
let index: Promise<readonly Entry[]> | undefined;

const readIndex = (): Promise<readonly Entry[]> => {
  index ??= fetch("search.json")
    .then((response) => response.json())
    .catch((error) => {
      // The next key tries again.
      index = undefined;
      throw error;
    });
  return index;
};

/** Shows the search, which lists the places with all words that are typed: those with a word in their title first. */
export function enableSearch(): void {
  const form = document.querySelector<HTMLFormElement>("form[role=search]");
  const input = document.querySelector<HTMLInputElement>("#search");
  if (!form || !input) return;
  form.hidden = false;
  input.addEventListener("input", () => void show(input.value));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.querySelector<HTMLAnchorElement>("#results a")?.click();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const contents = document.querySelector<HTMLElement>("#contents");
    if (contents && !contents.checkVisibility()) contents.showPopover();
    input.focus();
  });
}

async function show(typed: string): Promise<void> {
  const words = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const found = words.length === 0 ? [] : await find(words).catch(() => undefined);
  // What was typed meanwhile has its own answer.
  if (document.querySelector<HTMLInputElement>("#search")?.value !== typed) return;
  const pages = document.querySelector<HTMLElement>("#pages");
  if (pages) pages.hidden = words.length > 0;
  document.querySelector("#results")?.replaceChildren(...(found ?? []).slice(0, maxResults).map(makeResult));
  document.querySelector("#found")?.replaceChildren(describe(words, found));
}

function describe(words: readonly string[], found: readonly Entry[] | undefined): string {
  if (words.length === 0) return "";
  if (!found) return "The index cannot be read: check the network.";
  if (found.length === 0) return "Nothing has these words.";
  return found.length > maxResults
    ? `${maxResults} of ${found.length} places`
    : `${found.length} ${found.length === 1 ? "place" : "places"}`;
}

async function find(words: readonly string[]): Promise<Entry[]> {
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const entries = (await readIndex()).filter(([title, , text]) => has(`${title} ${text}`));
  const inTitle = entries.filter(([title]) => has(title));
  return [...inTitle, ...entries.filter((entry) => !inTitle.includes(entry))];
}

function makeResult([title, href]: Entry): HTMLLIElement {
  const [link, item] = [document.createElement("a"), document.createElement("li")];
  link.href = href;
  link.textContent = title;
  item.append(link);
  return item;
}
