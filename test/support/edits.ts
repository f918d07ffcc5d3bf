import type { Answer } from "./answer.ts";
import { send } from "./client.ts";
import { type ImageRequest, image, newest, pickWriteAnswer } from "./safe-writes.ts";

const ask = async (request: { method?: string; path: string; body?: unknown }, { headers, ...more }: ImageRequest) => {
  const { body, ...others } = request;
  const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
  return send({ ...others, headers: { ...newest, ...headers }, ...(text !== undefined && { body: text }), ...more });
};

const withQuery = (path: string, query: string | undefined): string =>
  query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;

/** An edit of an image: `query` is added to its own. */
export type EditRequest = ImageRequest & { query?: string };

const makePath = (
  { of = image, query }: { of?: string | undefined; query?: string | undefined },
  rest: string,
): string => withQuery(`/my/images/${of}${rest}`, query);

/** AddImageAcl, with any body. */
export const addAcl = (body: unknown, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ path: makePath({ of, query }, "/acl?action=add"), body }, more);

/** RemoveImageAcl or LeaveImage, with any body. */
export const removeAcl = (body: unknown, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ path: makePath({ of, query }, "/acl?action=remove"), body }, more);

/** AddImageTags. */
export const addTags = (body: unknown, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ path: makePath({ of, query }, "/tags"), body }, more);

/** ReplaceImageTags. */
export const replaceTags = (body: unknown, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ method: "PUT", path: makePath({ of, query }, "/tags"), body }, more);

/** DeleteImageTag, or DeleteImageTags without a key. */
export const deleteTags = (key?: string, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ method: "DELETE", path: makePath({ of, query }, formatTagPath(key)) }, more);

/** GetImageTag, or ListImageTags without a key. */
export const getTags = (key?: string, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ method: "GET", path: makePath({ of, query }, formatTagPath(key)) }, more);

const formatTagPath = (key: string | undefined): string =>
  key === undefined ? "/tags" : `/tags/${encodeURIComponent(key)}`;

/** RevertImage. */
export const revert = (revision: number | string, { query, of, ...more }: EditRequest = {}): Promise<Answer> =>
  ask({ path: makePath({ of, query }, `?action=revert&revision=${revision}`) }, more);

/** ImageAudit. */
export const readAudit = async (request: EditRequest = {}) =>
  (await ask({ method: "GET", path: makePath(request, "/audit") }, {})).json as {
    action: string;
    revision: number;
    caller: Record<string, unknown>;
    changes: Record<string, { before: unknown; after: unknown }>;
  }[];

export const pick = async (answer: Promise<Answer>) => pickWriteAnswer(await answer);
