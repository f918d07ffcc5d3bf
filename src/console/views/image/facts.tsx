import type { ComponentChildren } from "preact";
import type { Image, JsonObject } from "../../api/image.ts";
import { formatRoute } from "../../route.ts";
import { AccountName } from "../../ui/account-name.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Time } from "../../ui/time.tsx";
import { describeAccess } from "../images/access.ts";

/** What an image is, and nobody edits. */
export function Facts({ image, tell }: { image: Image; tell: (text: string) => void }) {
  const { id, state, owner, type, os, published_at: published, origin, error, image_size: size, files = [] } = image;
  const rows: [string, ComponentChildren][] = [
    ["State", state === "active" ? state : <span class="chip warn">{state}</span>],
    ["Access", describeAccess(image)],
    ["Type", [type, os].filter((part) => part !== undefined).join(" · ")],
    ["Published", published && <Time time={published} />],
    ["Owner", <AccountName id={owner} />],
    [
      "Origin",
      origin && (
        <a class="mono" href={formatRoute({ view: "image", id: origin })}>
          {origin}
        </a>
      ),
    ],
    ["Size", size !== undefined && `${size} MiB`],
    ["File", files[0] && describeFile(files[0])],
    ...Object.entries(listRequirements(image.requirements)),
    ["Failure", error && `${error.code ?? ""} ${error.message ?? ""}`.trim()],
  ];
  return (
    <section class="panel" aria-label="About the image">
      <dl class="facts">
        <dt>Id</dt>
        <dd>
          <span class="mono">{id}</span> <CopyButton text={id} label="Copy" tell={tell} />
        </dd>
        {rows
          .filter(([, value]) => value !== undefined && value !== false && value !== "")
          .map(([name, value]) => [<dt key={`${name} name`}>{name}</dt>, <dd key={name}>{value}</dd>])}
      </dl>
    </section>
  );
}

const mebibyte = 1024 * 1024;

function describeFile({ compression, size }: JsonObject): string {
  const megabytes = typeof size === "number" ? `${(size / mebibyte).toFixed(1)} MiB` : "";
  return [megabytes, typeof compression === "string" ? compression : ""].filter((part) => part !== "").join(", ");
}

/** Each under one of its two names. docs/contract.md#image */
function listRequirements({ max_memory: max, min_memory: min, brand, bootrom }: JsonObject): Record<string, string> {
  const all = {
    "Least memory": typeof min === "number" ? `${min} MiB` : null,
    "Most memory": typeof max === "number" ? `${max} MiB` : null,
    Brand: typeof brand === "string" ? brand : null,
    "Boot ROM": typeof bootrom === "string" ? bootrom : null,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}
