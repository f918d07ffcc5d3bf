import { useEffect, useState } from "preact/hooks";
import type { Client } from "../api/client.ts";
import { computeFingerprint } from "../keys/signing-key.ts";
import { fromBase64 } from "../keys/wire.ts";

type Props = {
  /** As the audit has it: `/login/keys/SHA256:…`. */
  keyId: string;
  client: Client;
};

/**
 * A key by its name on the account that the page works for, else by its fingerprint, shortened; the whole keyId for whoever
 * asks. A key of another account is never named: its owner chose that name.
 */
export function KeyName({ keyId, client }: Props) {
  const [names, setNames] = useState<ReadonlyMap<string, string> | null>(null);
  useEffect(() => {
    let isCurrent = true;
    loadKeyNames(client).then(
      (loaded) => isCurrent && setNames(loaded),
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [client]);
  const name = names?.get(keyId);
  const [, login = "", fingerprint = ""] = /^\/([^/]*)\/keys\/(.*)$/.exec(keyId) ?? [];
  if (name !== undefined) return <bdi title={keyId}>{name}</bdi>;
  return (
    <span title={keyId}>
      <bdi>{login}</bdi> <span class="mono">{fingerprint.slice(0, shownCharacters)}…</span>
    </span>
  );
}

/** `SHA256:` and 48 bits, which nobody meets by chance. */
const shownCharacters = 15;

const loaded = new WeakMap<Client, Promise<ReadonlyMap<string, string>>>();

/** The names of the account's keys, by keyId: read once a client. Empty where its key may not list them. */
function loadKeyNames(client: Client): Promise<ReadonlyMap<string, string>> {
  const before = loaded.get(client);
  if (before) return before;
  const names = readKeyNames(client);
  loaded.set(client, names);
  // The next who asks tries again.
  names.catch(() => loaded.delete(client));
  return names;
}

/** Reads the names anew where they are shown next: the keys changed. */
export const dropKeyNames = (client: Client): boolean => loaded.delete(client);

async function readKeyNames(client: Client): Promise<ReadonlyMap<string, string>> {
  if (!client.may("keys")) return new Map();
  const [keys, { login }] = await Promise.all([client.listKeys(), client.getAccountOnce()]);
  const entries = keys.map(async ({ name, key }) => {
    const fingerprint = await computeFingerprint(fromBase64(key.split(" ")[1] ?? ""));
    return [`/${login}/keys/${fingerprint}`, name] as const;
  });
  return new Map(await Promise.all(entries));
}
