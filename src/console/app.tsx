import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Client } from "./api/client.ts";
import { forgetSession, keepSession, readKeptSession, type Session } from "./keys/kept-session.ts";
import type { Route } from "./route.ts";
import { follow } from "./store/follow.ts";
import { ImageStore } from "./store/image-store.ts";
import { later } from "./ui/later.tsx";
import { leaveAddress, useRoute } from "./ui/use-route.ts";
import { useTold } from "./ui/use-told.ts";
import type { ViewProps } from "./view-props.ts";
import { AccountMenu } from "./views/account-menu.tsx";
import { ImagesView } from "./views/images-view.tsx";
import { SignInView } from "./views/sign-in-view.tsx";
import { UnansweredIntents } from "./views/unanswered-intents.tsx";

const question = "You have changes that are not saved. Go on, and lose them?";

/** The console: a header, and the view that the address names. */
export function App() {
  const [session, setSession] = useState<Session | null | undefined>(undefined);
  const { route, go } = useRoute();
  const { told, tell } = useTold();
  useEffect(() => {
    readKeptSession().then(setSession, () => setSession(null));
  }, []);
  const store = useMemo(() => (session ? new ImageStore(new Client(session)) : null), [session]);
  const client = store?.client ?? null;
  useEffect(() => (store ? follow(store) : undefined), [store]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (store && store.listTyped().length > 0) event.preventDefault();
    };
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [store]);

  const change = async (next: Session | null) => {
    if (store && store.listTyped().length > 0 && !confirm(question)) return;
    await (next ? keepSession(next) : forgetSession());
    setSession(next);
  };
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
      <Header client={client} route={route} onChange={change} />
      <main id="main" tabIndex={-1}>
        {session === null && <SignInView route={route} onSignIn={change} tell={tell} />}
        {client && store && (
          <>
            <UnansweredIntents key={client.account} {...{ client, store, tell }} />
            <View key={client.account} {...{ route, client, store, go, tell }} onSession={change} />
          </>
        )}
      </main>
      <p class="told" role="status">
        {told}
      </p>
    </>
  );
}

/** A link to it would be an address, and the address names the view. */
function focusMain(): void {
  document.querySelector<HTMLElement>("#main")?.focus();
}

type HeaderProps = { client: Client | null; route: Route; onChange: (session: Session | null) => Promise<void> };

function Header({ client, route, onChange }: HeaderProps) {
  return (
    <header class="top">
      <a class="brand" href="#/images">
        cloudapi-edge
      </a>
      {client && (
        <nav aria-label="Views">
          <a href="#/images" aria-current={"id" in route || route.view === "images" ? "page" : undefined}>
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
      {client && <AccountMenu client={client} onChange={onChange} />}
    </header>
  );
}

const HistoryLater = later("the history", async () => (await import("./views/history-view.tsx")).HistoryView);
const ImageLater = later("the image", async () => (await import("./views/image-view.tsx")).ImageView);
const KeysLater = later("the keys", async () => (await import("./views/keys-view.tsx")).KeysView);

type MainProps = ViewProps & { route: Route; onSession: (session: Session | null) => Promise<void> };

function View({ route, onSession, ...props }: MainProps) {
  switch (route.view) {
    case "image":
      return <ImageLater key={route.id} id={route.id} {...props} />;
    case "history":
      return <HistoryLater key={route.id} id={route.id} compare={route.compare} {...props} />;
    case "keys":
      return <KeysLater {...props} onSession={onSession} />;
    default:
      return <ImagesView {...props} />;
  }
}
