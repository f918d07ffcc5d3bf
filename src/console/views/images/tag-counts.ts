import type { Image } from "../../api/image.ts";
import { readTagText } from "./select-images.ts";

/** The keys of the tags of images, with how many have each: the most frequent first, equal ones by name. */
export const countTagKeys = (images: readonly Image[]): ReadonlyMap<string, number> =>
  count(images.flatMap(({ tags = {} }) => Object.keys(tags)));

/** The values of a tag, as the list shows them, with how many images have each. */
export const countTagValues = (images: readonly Image[], key: string): ReadonlyMap<string, number> =>
  count(images.flatMap((image) => readTagText(image, key) ?? []));

function count(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return new Map([...counts].sort(([one, ones], [other, others]) => others - ones || (one < other ? -1 : 1)));
}
