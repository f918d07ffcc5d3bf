import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** By how many pixels the page scrolls sideways. */
export const measureSidewaysScroll = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

/** The words of up to 15 letters that a line breaks, each with its element; not what machines make. */
export const listBrokenWords = (page: Page): Promise<string[]> => page.evaluate<string[]>(brokenWords);

const brokenWords = `(() => {
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const element = text.parentElement;
    if (element.closest("script, style, noscript, textarea, code, .mono, .unseen") || !element.checkVisibility()) continue;
    for (const word of text.data.matchAll(/(?<!\\S)\\p{L}{2,15}(?=[.,:;…]?(?:\\s|$))/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      if (lines.size > 1) found.push(word[0] + " in " + element.outerHTML.slice(0, 80));
    }
  }
  return found;
})()`;

/** What axe finds in the page against WCAG 2.2 AA and its own best practices, a line each. */
export async function listFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify({ runOnly: rules, resultTypes: ["violations"] })})`,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`,
  );
}
