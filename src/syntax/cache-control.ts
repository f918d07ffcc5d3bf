/** A directive: its name, and its value as a token or quoted. RFC 9111 section 5.2 */
const directiveShape = /^([!#$%&'*+.^_`|~\w-]+)(?:=(?:([!#$%&'*+.^_`|~\w-]+)|"((?:[^"\\]|\\.)*)"))?$/;

/** Splits at the commas that are not within quotes. */
const splitList = (text: string): string[] => text.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g) ?? [];

type Directive = { name: string; value: string | undefined };

/** Reads the directives of a Cache-Control. What is none is left out, as HTTP has it. */
const readDirectives = (text: string): Directive[] =>
  splitList(text).flatMap((part) => {
    const [, name, token, quoted] = directiveShape.exec(part.trim()) ?? [];
    return name === undefined ? [] : { name: name.toLowerCase(), value: token ?? quoted?.replace(/\\(.)/g, "$1") };
  });

const refusesStored = ({ name, value = "" }: Directive): boolean =>
  name === "no-cache" || (name === "max-age" && /^0+$/.test(value));

/**
 * Reads how old an answer the client accepts: `max-stale`, RFC 9111 section 5.2.1.2. If it is repeated, the
 * smallest holds. Without a value it is `most`.
 *
 * @param most the most seconds; a larger value counts as this one
 * @returns whole seconds; 0 if the client accepts no old answer, also beside `no-cache` or `max-age=0`
 */
export function readMaxStale(cacheControl: string | undefined, most: number): number {
  if (cacheControl === undefined) return 0;
  const directives = readDirectives(cacheControl);
  const allowed = directives.flatMap(({ name, value = String(most) }) =>
    name === "max-stale" && /^[0-9]+$/.test(value) ? Number(value) : [],
  );
  return allowed.length === 0 || directives.some(refusesStored) ? 0 : Math.min(most, ...allowed);
}
