import { describe, expect, it } from "vitest";
import { makePages } from "../../scripts/web/pages.ts";

const made: (readonly [path: string, text: string])[] = [...(await makePages())].map(([path, text]) => [
  `/${path}`,
  text,
]);
const files = made.map(([path]) => path);
const pages = new Map(made.filter(([path]) => /^\/--docs\/.*\.html$/.test(path)));

const listIds = (text: string): string[] => [...text.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => id);

/** The file that a link of a page leads to, as the service finds it. */
const findFile = (path: string): string | undefined =>
  [path, `${path}.html`, `${path}index.html`].find((file) => files.includes(file));

describe("the pages of the documentation", () => {
  it("have no link that leads nowhere", () => {
    const links = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/\shref="([^"]*)"/g)].map(([, href = ""]) => ({ path, href })),
    );
    const lost = links.filter(({ path, href }) => {
      const { protocol, pathname, hash } = new URL(href, `http://127.0.0.1${path}`);
      if (protocol === "data:") return false;
      const file = findFile(pathname);
      return file === undefined || (hash !== "" && !listIds(pages.get(file) ?? "").includes(hash.slice(1)));
    });
    expect(links.length).toBeGreaterThan(1000);
    expect(lost).toEqual([]);
  });

  it("name each place once, and no port", () => {
    for (const [path, text] of pages) {
      const ids = listIds(text);
      expect(ids, path).toEqual([...new Set(ids)]);
      expect(text, path).not.toMatch(/127\.0\.0\.1|localhost|8787/);
    }
  });

  // An interactive zsh takes a comment as a command: a line that sets a variable before one would not set it.
  it("have no comment in lines of a shell", () => {
    const samples = [...pages.values()].flatMap((text) =>
      [...text.matchAll(/<pre class="sample">([^<]*)/g)].map(([, sample = ""]) => sample),
    );
    expect(samples.length).toBeGreaterThan(200);
    expect(samples.filter((sample) => /(?:^|\s)#\s/m.test(sample))).toEqual([]);
  });
});
