/** An answer of the service. `json` is undefined when the body is empty. */
export type Answer = { status: number; headers: Headers; text: string; json: unknown };

/** Reads a response to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  return { status, headers, text, json: text === "" ? undefined : JSON.parse(text) };
}

/** The status and the body. */
export const pickStatusAndJson = ({ status, json }: Answer) => ({ status, json });

const changingHeaders = new Set([
  "date",
  "request-id",
  "x-request-id",
  "response-time",
  "x-response-time",
  "server-timing",
]);

/** All of an answer that is the same for the same request: no ids, dates and durations. */
export const pickRepeatable = ({ status, headers, text }: Answer) => ({
  status,
  text,
  headers: [...headers].filter(([name]) => !changingHeaders.has(name)),
});
