/** Headers of the static pages under a path. */
type HeaderRule = { path: string; headers: Readonly<Record<string, string>> };

/** Nothing is loaded or asked but from the page's own origin. */
const policy: Readonly<Record<string, string>> = {
  "default-src": "'none'",
  "script-src": "'self'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "connect-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  // No text becomes script: a key in this origin signs.
  "require-trusted-types-for": "'script'",
  "trusted-types": "'none'",
};

const headers: HeaderRule["headers"] = {
  "Content-Security-Policy": Object.entries(policy)
    .map(([name, value]) => `${name} ${value}`)
    .join("; "),
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/** Console and documentation share an origin, and with it the key that signs: the same rules for both. */
const headerRules: readonly HeaderRule[] = [
  { path: "/--console/", headers },
  { path: "/--docs/", headers },
];

/** The headers of the page at a path. */
export const findPageHeaders = (path: string): HeaderRule["headers"] =>
  headerRules.find((rule) => path.startsWith(rule.path))?.headers ?? {};

/** The rules in the form of Workers' `_headers`. @see https://developers.cloudflare.com/workers/static-assets/headers/ */
export const formatHeadersFile = (): string =>
  headerRules
    .map(({ path, headers }) =>
      [`${path}*`, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join("\n"),
    )
    .join("\n\n")
    .concat("\n");
