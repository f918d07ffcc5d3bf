import { useEffect, useState } from "preact/hooks";
import { getSelf, listNames, type Names, type Self, watchNames } from "../names.ts";

/** The names of accounts and the account that this page works for. Renders again when they change. */
export function useNames(): { names: Names; self: Self | null } {
  const [, setCount] = useState(0);
  useEffect(() => watchNames(() => setCount((count) => count + 1)), []);
  return { names: listNames(), self: getSelf() };
}

/**
 * An account by the name that this browser keeps for it, with the UUID for whoever asks; else by its UUID. The account that
 * the page works for is `you`, or what an operator typed to act as it. No name comes from the service.
 */
export function AccountName({ id }: { id: string }) {
  const { names, self } = useNames();
  const own = self?.id === id && self.label !== id ? self.label : undefined;
  const name = own ?? names.get(id);
  return name === undefined ? (
    <span class="mono">{id}</span>
  ) : (
    <bdi class="named" title={id}>
      {name}
    </bdi>
  );
}
