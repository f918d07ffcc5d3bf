/**
 * The Web Locks of a browser, which Node has from 24 on: one holder of a name at a time.
 *
 * @see https://www.w3.org/TR/web-locks/
 */
class Locks {
  readonly #last = new Map<string, Promise<unknown>>();

  async request<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
    const turn = (this.#last.get(name) ?? Promise.resolve()).then(act, act);
    this.#last.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name);
    }
  }

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.#last.keys()].map((name) => ({ name })) };
  }
}

if (!("locks" in navigator)) Object.defineProperty(navigator, "locks", { value: new Locks() });
