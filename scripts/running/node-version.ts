/** Two texts that a faulty Node confuses: the second is read with the first one's key. */
const [first, second] = [String.raw`{"tag":null,"\\":1}`, String.raw`{"tag":null,"\n":1}`];

/** The fault is one of a cache, and does not show each time. */
const tries = 500;

/**
 * Refuses a Node that misreads escaped keys of JSON, as 24.15 to 24.21 and 26.3 to 26.5 do: a backup would hold another key
 * than the database. The Node that the project brings on Linux and Windows reads right.
 *
 * @see https://github.com/nodejs/node/issues/63785
 */
export function assertReadsJson(parse: (text: string) => object = JSON.parse): void {
  for (let left = tries; left > 0; left -= 1) {
    parse(first);
    if ("\n" in parse(second)) continue;
    throw new Error(
      `Node ${process.versions.node} misreads escaped keys of JSON (nodejs/node#63785): nothing was read or written; use Node 22.23.3`,
    );
  }
}
