import { type Answer, readAnswer } from "./answer.ts";

/** Reads what `curl -i` printed. */
export function readCurl(printed: string): Promise<Answer> {
  const end = printed.indexOf("\r\n\r\n");
  const [head = "", body] = end === -1 ? [printed] : [printed.slice(0, end), printed.slice(end + 4)];
  const [statusLine = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => [line.split(": ")[0] ?? "", line.replace(/^[^:]*: /, "")]);
  const status = Number(statusLine.split(" ")[1]);
  // A Response of status 204 or 304 takes no body, not even an empty one.
  return readAnswer(new Response(body || null, { status, headers }));
}
