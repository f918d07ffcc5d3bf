/** Files of the static pages: the path under the folder that is served, such as `--docs/index.html`, and the text. */
export type PageFiles = ReadonlyMap<string, string>;

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
};

/** The Content-Type of a file, by the end of its name, as Workers' assets have it. */
export const findContentType = (file: string): string =>
  types[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream";
