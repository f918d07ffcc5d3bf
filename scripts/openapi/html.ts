/** What is not text in HTML. */
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A value as text in HTML, and within the quotes of an attribute. */
export const escapeHtml = (text: unknown): string =>
  String(text ?? "").replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);

/** Text with `code` and **bold** of the document's descriptions. */
export const formatProse = (text: unknown): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replaceAll("\n\n", "<br>");

/** A name as code that may break between its words, on a telephone. */
export const formatName = (name: unknown): string =>
  `<code>${escapeHtml(name).replace(/[._]|[a-z](?=[A-Z])/g, "$&<wbr>")}</code>`;

/** A table. @param rows cells in HTML; the first heads its row */
export function formatTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = heads.map((text) => `<th scope="col">${escapeHtml(text)}</th>`).join("");
  const body = rows.map(([first = "", ...rest]) => {
    const cells = rest.map((cell) => `<td>${cell}</td>`).join("");
    return `<tr><th scope="row">${first}</th>${cells}</tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

/** Code to copy, behind a line that opens it. */
export const formatSample = (label: string, source: string): string =>
  `<details><summary>${escapeHtml(label)}</summary><pre class="sample"><code>${escapeHtml(source)}</code></pre></details>`;
