import { useState } from "preact/hooks";
import { type Intent, makeIntent } from "../../api/intents.ts";
import { AskChange, type AskProps } from "./ask-change.tsx";

/** Makes the image as a revision left it. */
export function Revert({ revision, ...props }: AskProps & { revision: number }) {
  const { store, current } = props;
  const [withAcl, setWithAcl] = useState(false);
  const [intents] = useState(() => ({
    without: makeRevert(props, { revision, withAcl: false }),
    with: makeRevert(props, { revision, withAcl: true }),
  }));
  return (
    <AskChange
      {...props}
      title={`Make the image as it was at revision ${revision}?`}
      intent={withAcl ? intents.with : intents.without}
      verb="Revert"
      done={`The image is as it was at revision ${revision}.`}
    >
      <p>Name, version, description, homepage, eula and tags go back, as a new revision. Nothing else moves.</p>
      {store.client.may("images:share", current.image.id) && (
        <label class="check">
          <input type="checkbox" checked={withAcl} onChange={(event) => setWithAcl(event.currentTarget.checked)} /> Give
          the acl back too. Grants that were withdrawn since come back with it.
        </label>
      )}
    </AskChange>
  );
}

const makeRevert = ({ store, current }: AskProps, what: { revision: number; withAcl: boolean }): Intent =>
  makeIntent({
    account: store.client.account,
    image: current.image.id,
    kind: "revert",
    ifMatch: current.etag,
    ...what,
  });
