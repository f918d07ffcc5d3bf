import { useEffect, useMemo, useState } from "preact/hooks";
import { Client } from "../api/client.ts";
import {
  changeSession,
  forgetSession,
  isKept,
  isSameKey,
  keepSession,
  type OwnKey,
  readKeptSession,
  type Session,
  type SessionEvent,
  watchSession,
} from "../keys/kept-session.ts";
import type { SigningKey } from "../keys/signing-key.ts";

/** What a person does to the session. Every tab follows, but for whom an operator acts as. */
export type SessionChanges = {
  /** @param isPending whether the key waited to be added @returns false where it no longer waits, and nothing was kept */
  signIn: (session: Session, isPending: boolean) => Promise<boolean>;
  /** Acts as another account, in this tab alone; null for one's own. */
  actAs: (account: string | null) => Promise<void>;
  /** Signs with another key of the same account. @returns false where the key before is no longer kept, and nothing was */
  replaceKey: (key: SigningKey, keyName: string) => Promise<boolean>;
  /** Removes the key from this browser. @param event `deleted` where it was deleted from the account */
  forget: (event: "forgotten" | "deleted") => Promise<void>;
};

/** Who is signed in. */
type State = {
  /** Null for nobody; undefined until it is known. */
  session: Session | null | undefined;
  /** Why nobody is signed in, where another tab did that. */
  why: string;
};

type Options = { onChange: (state: State) => void; tell: (text: string) => void };

/** Who is signed in in this tab, by what this browser keeps. */
class SignedIn implements SessionChanges {
  readonly #options: Options;
  #session: Session | null | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** One change at a time: what this tab does to the session is not taken for another's. */
  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#turn.then(act, act);
    this.#turn = done;
    return done;
  }

  #show(session: Session | null, why = ""): void {
    keepActAs(session);
    this.#session = session;
    this.#options.onChange({ session, why });
  }

  /** Shows who is signed in by what is kept. @param event what another tab did, where it said so */
  follow = (event?: SessionEvent): Promise<void> =>
    this.#inTurn(async () => {
      const before = this.#session;
      const kept = await readKeptSession().catch(() => null);
      if (!kept) {
        if (before !== null) this.#show(null, before && describeEnd(event));
      } else if (!before || !isSame(before, kept)) {
        this.#show({ ...kept, actAs: readActAs(kept.login) });
        const said = before === undefined ? "" : describeFollowed(before, kept);
        if (said) this.#options.tell(said);
      }
    });

  /** Asks the service what the key may do now: that may have changed since it was kept. */
  async refresh(): Promise<void> {
    const asked = this.#session;
    if (!asked) return;
    const own = await readOwnKey(this.makeClient(asked));
    await this.#inTurn(async () => {
      const now = this.#session;
      if (!now || !isSameKey(now, asked) || isSame(now, { ...now, ...own })) return;
      if (await changeSession(now, own)) this.#show({ ...now, ...own });
    });
  }

  signIn = (session: Session, isPending: boolean): Promise<boolean> =>
    this.#inTurn(async () => {
      const isDone = await keepSession(session, isPending);
      if (isDone) this.#show(session);
      return isDone;
    });

  actAs = (account: string | null): Promise<void> => this.#change(isKept, { actAs: account }).then(() => undefined);

  replaceKey = (key: SigningKey, keyName: string): Promise<boolean> =>
    this.#change((session) => changeSession(session, { key, keyName }), { key, keyName });

  /** Changes the session, if what is kept lets it. Else another tab changed that, and this one follows. */
  #change(keep: (session: Session) => Promise<boolean>, change: Partial<Session>): Promise<boolean> {
    return this.#inTurn(async () => {
      const session = this.#session;
      const isDone = session ? await keep(session) : false;
      if (session && isDone) this.#show({ ...session, ...change });
      else void this.follow();
      return isDone;
    });
  }

  forget = (event: "forgotten" | "deleted"): Promise<void> =>
    this.#inTurn(async () => {
      if (this.#session) await forgetSession(this.#session, event);
      this.#show(null);
      // Another tab may keep another key meanwhile.
      void this.follow();
    });

  /** The client of a session, which signs nothing once its key is no longer kept. */
  makeClient(session: Session): Client {
    const mayStillSign = async () => {
      const isStillKept = await isKept(session).catch(() => false);
      if (!isStillKept) void this.follow();
      return isStillKept;
    };
    return new Client(session, { mayStillSign });
  }
}

/** Who is signed in, in every tab alike: what another tab forgets, this one forgets at once. */
export function useSession(tell: (text: string) => void): State & { client: Client | null; changes: SessionChanges } {
  const [state, setState] = useState<State>({ session: undefined, why: "" });
  const signedIn = useMemo(() => new SignedIn({ onChange: setState, tell }), [tell]);
  useEffect(() => {
    const look = () => void (document.hidden || signedIn.follow());
    const stop = watchSession(signedIn.follow);
    // Without an answer, what was said when the person signed in stays.
    void signedIn.follow().then(() => signedIn.refresh().catch(() => undefined));
    document.addEventListener("visibilitychange", look);
    addEventListener("pageshow", look);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", look);
      removeEventListener("pageshow", look);
    };
  }, [signedIn]);
  const { session } = state;
  const client = useMemo(() => (session ? signedIn.makeClient(session) : null), [session, signedIn]);
  return { ...state, client, changes: signedIn };
}

/** What the service says of the key that signs. */
export async function readOwnKey(client: Client): Promise<OwnKey> {
  const { scope, operator, name } = await client.getOwnKey();
  return { scope, operator, keyName: name };
}

const isSame = (one: Session, other: Session): boolean =>
  isSameKey(one, other) &&
  one.scope === other.scope &&
  one.operator === other.operator &&
  one.keyName === other.keyName;

const describeEnd = (event: SessionEvent | undefined): string =>
  event === "deleted" ? "You deleted the key in another tab." : "You forgot the key in another tab.";

/** What to say of a session that another tab changed. Empty where a person notices nothing. */
function describeFollowed(before: Session | null, { login, key, keyName }: Session): string {
  if (before?.login !== login) return `You signed in as ${login} in another tab: this one follows.`;
  return before.key.fingerprint === key.fingerprint
    ? ""
    : `Another tab replaced the key: this one signs with ${keyName ?? key.fingerprint}, too.`;
}

const actAsKey = "act-as";

/** Keeps through reloads whom this tab acts as. A tab that is opened anew acts as nobody. */
function keepActAs(session: Session | null): void {
  try {
    if (session?.actAs) sessionStorage.setItem(actAsKey, JSON.stringify([session.login, session.actAs]));
    else sessionStorage.removeItem(actAsKey);
  } catch {
    // The browser keeps nothing: after a reload the tab acts as nobody.
  }
}

function readActAs(login: string): string | null {
  try {
    const [by, account]: unknown[] = JSON.parse(sessionStorage.getItem(actAsKey) ?? "[]");
    return by === login && typeof account === "string" ? account : null;
  } catch {
    return null;
  }
}
