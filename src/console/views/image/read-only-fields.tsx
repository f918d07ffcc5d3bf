import type { Image } from "../../api/image.ts";
import { formatTagValue } from "../../edit/tag-rows.ts";
import { WebLink } from "../../ui/web-link.tsx";

/** The fields of an image that is somebody else's. */
export function ReadOnlyFields({ image }: { image: Image }) {
  const { description, homepage, eula, tags = {} } = image;
  return (
    <section class="panel" aria-labelledby="fields">
      <h2 id="fields">Description</h2>
      <p class="text" dir="auto">
        {description ?? "(none)"}
      </p>
      <dl class="facts">
        <dt>Homepage</dt>
        <dd>{homepage ? <WebLink url={homepage} /> : "(none)"}</dd>
        <dt>EULA</dt>
        <dd>{eula ? <WebLink url={eula} /> : "(none)"}</dd>
        {Object.entries(tags).map(([key, value]) => [
          <dt key={`key ${key}`}>
            <span class="quiet">tag</span> <bdi>{key}</bdi>
          </dt>,
          <dd key={`value ${key}`}>
            <bdi class="mono">{formatTagValue(value)}</bdi>
          </dd>,
        ])}
      </dl>
      <p class="hint">This image is another account's: its owner alone can edit it.</p>
    </section>
  );
}
