/** The static pages: the path of each file in the folder that is served, such as `--docs/index.html`, and its text. */
export type PageFiles = ReadonlyMap<string, string>;

/** The text of a file. @throws {Error} it is missing */
export function readFile(pages: PageFiles, file: string): string {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`${file} is needed, and not built`);
  return text;
}

/** The files that a page needs before it shows anything: its HTML, the scripts and styles it names, and their imports. */
export function listFirstLoad(pages: PageFiles, page: string): string[] {
  const folder = page.slice(0, page.lastIndexOf("/") + 1);
  const found = new Set([page]);
  const add = (name: string) => {
    const file = `${folder}${name}`;
    if (found.has(file)) return;
    found.add(file);
    for (const imported of listNamed(readFile(pages, file), importedNames)) add(imported);
  };
  const named = listNamed(readFile(pages, page), linkedNames);
  if (named.length === 0) throw new Error(`${page} names no script and no style sheet`);
  for (const name of named) add(name);
  return [...found];
}

/** In HTML: `src="console.js"`, `href="./console.css"`, but no other page. */
const linkedNames = /\s(?:src|href)="(?:\.\/)?([^"/:]+\.(?:js|css))"/g;

/** In what esbuild writes: `from"./chunk-A.js"` and `import"./chunk-A.js"`, but not `import("./later.js")`. */
const importedNames = /\b(?:from|import)\s*"\.\/([^"]+)"/g;

const listNamed = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, name = ""]) => name);

/** Lets a browser load the imports of a page's script beside it: it would know of each only after it read the one that imports it. */
export function preloadImports(pages: PageFiles, page: string): string {
  const html = readFile(pages, page);
  const imports = listFirstLoad(pages, page)
    .map((file) => file.slice(file.lastIndexOf("/") + 1))
    .filter((name) => name.endsWith(".js") && !html.includes(`"${name}"`));
  return html.replace(
    "</head>",
    `${imports.map((name) => `  <link rel="modulepreload" href="${name}">\n`).join("")}</head>`,
  );
}
