import { useEffect, useState } from "preact/hooks";
import type { Client } from "../../api/client.ts";
import type { Image } from "../../api/image.ts";
import type { Refusal } from "../../api/refusal.ts";
import { toRefusal } from "../../ui/use-loaded.ts";

/** Every image that the account sees, as far as it has come. */
export type Images = {
  /** The UUID of the account; null until the service has answered. */
  account: string | null;
  images: readonly Image[];
  isLoading: boolean;
  /** Why the rest did not come; what came is there. */
  refusal: Refusal | null;
  reload: () => void;
};

type State = Omit<Images, "reload">;

const none: State = { account: null, images: [], isLoading: true, refusal: null };

/** The last list alone, so that a person who comes back finds it at once. */
const kept: { client: Client | null; state: State } = { client: null, state: none };

/** Docker images are in a list of their own. docs/contract.md#listimages */
const lists = [{ state: "all" }, { state: "all", type: "docker" }];

/** Reads every image, page by page. The earlier list stays until the new one is whole. */
export function useImages(client: Client): Images {
  const [state, setState] = useState<State>(kept.client === client ? kept.state : none);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const show = (next: State) => {
      if (abort.signal.aborted) return;
      Object.assign(kept, { client, state: next });
      setState(next);
    };
    readAll(client, { shown: kept.client === client ? kept.state : none, show, signal: abort.signal });
    return () => abort.abort();
  }, [client, turn]);
  return { ...state, reload: () => setTurn((count) => count + 1) };
}

type Reading = { shown: State; show: (state: State) => void; signal: AbortSignal };

async function readAll(client: Client, { shown, show, signal }: Reading): Promise<void> {
  const hasList = shown.images.length > 0;
  const images: Image[] = [];
  let { account } = shown;
  const tell = (more: Pick<State, "isLoading" | "refusal">) => show({ account, images: [...images], ...more });
  const onPage = (page: readonly Image[]) => {
    images.push(...page);
    if (!hasList) tell({ isLoading: true, refusal: null });
  };
  show({ ...shown, isLoading: true, refusal: null });
  try {
    account = await client.getAccountId();
    for (const filters of lists) await client.listAllImages(filters, onPage, signal);
    tell({ isLoading: false, refusal: null });
  } catch (error) {
    const refusal = toRefusal(error);
    if (hasList) show({ ...shown, isLoading: false, refusal });
    else tell({ isLoading: false, refusal });
  }
}
