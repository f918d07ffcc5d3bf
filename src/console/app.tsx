import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { Client } from "./api/client.ts";
import { loadPart } from "./load-part.ts";
import { formatRoute, type Route } from "./route.ts";
import type { ImageStore } from "./store/image-store.ts";
import { listRoute, noteList } from "./ui/last-list.ts";
import { later } from "./ui/later.tsx";
import { Told } from "./ui/told.tsx";
import { useImageStore } from "./ui/use-image-store.ts";
import { leaveAddress, useRoute } from "./ui/use-route.ts";
import { type SessionChanges, useSession } from "./ui/use-session.ts";
import { useTold } from "./ui/use-told.ts";
import type { ViewProps } from "./view-props.ts";
import { AccountMenu } from "./views/account-menu.tsx";
import { ImagesView } from "./views/images-view.tsx";
import { SignInView } from "./views/sign-in-view.tsx";
import { UnansweredIntents } from "./views/unanswered-intents.tsx";

/** The console: a header, and the view that the address names. */
export function App() {
  const { route, go } = useRoute();
  const { told, tell } = useTold();
  const { session, client, changes: unasked, why } = useSession(tell);
  const store = useImageStore(client);
  const changes = useMemo(() => askFirst(unasked, store), [unasked, store]);
  useEffect(() => {
    // Most people open an image next. Where it does not come, the view says so when it is opened.
    if (client) (globalThis.requestIdleCallback ?? setTimeout)(() => void loadImageView().catch(() => undefined));
  }, [client]);
  const before = useRef(session);
  useLayoutEffect(() => {
    // The form or the dialog that had the focus is gone.
    if (before.current !== undefined && !before.current !== !session) focusMain();
    before.current = session;
  }, [session]);
  useEffect(() => {
    if (!session || route.view !== "demo") return;
    // The key leaves the address and the browser's history.
    leaveAddress();
    if (session.login === "demo") return;
    tell(`You are signed in as ${session.login}. To use the demo's key, forget yours and open the address again.`);
  }, [session, route.view, tell]);

  return (
    <>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the content
      </button>
      <Header client={client} route={route} session={changes} tell={tell} />
      <main id="main" tabIndex={-1}>
        {session === null && <SignInView route={route} why={why} onSignIn={changes.signIn} tell={tell} />}
        {client && store && (
          <>
            <UnansweredIntents key={client.account} {...{ client, store, tell }} />
            <View key={client.account} {...{ route, client, store, go, tell }} session={changes} />
          </>
        )}
      </main>
      <Told text={told} onClose={() => tell("")} />
    </>
  );
}

const question = "You have changes that are not saved. Go on, and lose them?";

/** Asks before what is typed would be lost with the account that it is for. Another account begins with the whole list. */
function askFirst(changes: SessionChanges, store: ImageStore | null): SessionChanges {
  const mayGo = () => {
    const may = !store || store.listTyped().length === 0 || confirm(question);
    if (may) noteList({ view: "images" });
    return may;
  };
  return {
    ...changes,
    actAs: async (account) => {
      if (mayGo()) await changes.actAs(account);
    },
    forget: async (event) => {
      if (mayGo()) await changes.forget(event);
    },
  };
}

/** A link to it would be an address, and the address names the view. */
function focusMain(): void {
  document.querySelector<HTMLElement>("#main")?.focus();
}

type HeaderProps = {
  client: Client | null;
  route: Route;
  session: SessionChanges;
  tell: (text: string) => void;
};

function Header({ client, route, ...props }: HeaderProps) {
  return (
    <header class="top">
      <a class="brand" href="#/images">
        cloudapi-edge
      </a>
      {client && (
        <nav aria-label="Views">
          <a
            href={formatRoute(route.view === "images" ? { view: "images" } : listRoute())}
            aria-current={"id" in route || route.view === "images" ? "page" : undefined}
          >
            Images
          </a>
          {client.may("keys") && (
            <a href="#/keys" aria-current={route.view === "keys" ? "page" : undefined}>
              Keys
            </a>
          )}
        </nav>
      )}
      <a class="docs" href="/--docs/">
        Documentation
      </a>
      {client && <AccountMenu client={client} {...props} />}
    </header>
  );
}

const HistoryLater = later(
  "the history",
  async () => (await loadPart(() => import("./views/history-view.tsx"))).HistoryView,
);
const loadImageView = () => loadPart(() => import("./views/image-view.tsx"));
const ImageLater = later("the image", async () => (await loadImageView()).ImageView);
const KeysLater = later("the keys", async () => (await loadPart(() => import("./views/keys-view.tsx"))).KeysView);

type MainProps = ViewProps & { route: Route; session: SessionChanges };

function View({ route, session, ...props }: MainProps) {
  switch (route.view) {
    case "image":
      return <ImageLater key={route.id} id={route.id} {...props} />;
    case "history":
      return <HistoryLater key={route.id} id={route.id} compare={route.compare} {...props} />;
    case "keys":
      return <KeysLater {...props} session={session} />;
    default:
      return <ImagesView query={(route.view === "images" && route.query) || ""} {...props} />;
  }
}
