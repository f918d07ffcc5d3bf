/** A successful answer: the schemas of its body (none for no body), and its own headers. */
export type Success = { status: number; schemas: readonly string[]; headers?: readonly string[]; description: string };

export const ok = (description: string, schemas: readonly string[], headers?: readonly string[]): Success => ({
  status: 200,
  schemas,
  ...(headers && { headers }),
  description,
});

export const empty = (description: string, headers?: readonly string[]): Success => ({
  status: 204,
  schemas: [],
  ...(headers && { headers }),
  description,
});

/** The answer to a read with If-None-Match. */
export const notModified: Success = {
  status: 304,
  schemas: [],
  headers: ["ETag", "Age"],
  description: "The image is at a revision that If-None-Match lists.",
};

/** The answer to a poll of the feed with If-None-Match. */
export const noNews: Success = {
  status: 304,
  schemas: [],
  headers: ["Newest-Cursor", "ETag"],
  description: "Nothing has changed since the answer with this ETag.",
};
