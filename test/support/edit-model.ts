import { bob, mallory } from "./fixtures.ts";

/** The service in a few lines: one image of bob's, and every write of it. docs/contract.md */

export type Fields = {
  name: string;
  description?: string;
  acl?: readonly string[];
  tags?: Readonly<Record<string, unknown>>;
};

/** What a request asks for, and by whom. */
export type Write = { by: "bob" | "mallory" } & (
  | { kind: "update"; fields: { name?: string; description?: string | null; tags?: Record<string, unknown> | null } }
  | { kind: "addAcl" | "removeAcl"; accounts: readonly string[] }
  | { kind: "addTags" | "replaceTags"; tags: Readonly<Record<string, unknown>> }
  | { kind: "deleteTag"; key: string }
  | { kind: "deleteTags" }
  | { kind: "revert"; revision: number; withAcl: boolean }
  | { kind: "clone" }
  | { kind: "delete" }
);

/** How it asks. `match` is relative to the revision that the model has. */
export type Manner = {
  match: "none" | "current" | "stale" | "any";
  key: string | null;
  isDryRun: boolean;
  loss: "none" | "before the batch" | "after the commit";
};

/** The answer that the model expects: of `image` or `tags` as JSON. */
export type Expected = {
  status: number;
  code?: string;
  revision?: number;
  changed?: string;
  isReplayed?: boolean;
  fields?: Fields;
  isTags?: boolean;
  /** The owner of a clone. */
  cloneOf?: string;
};

const actions = {
  update: "update",
  addAcl: "add-acl",
  removeAcl: "remove-acl",
  addTags: "add-tags",
  replaceTags: "replace-tags",
  deleteTag: "delete-tag",
  deleteTags: "delete-tags",
  revert: "revert",
  clone: "clone",
  delete: "delete",
} as const;

type Revision = { fields: Fields; action: string; account: string; isDestroyed: boolean };

const documented = ["name", "description", "acl", "tags"] as const;

const listChanged = (before: Fields, after: Fields): string[] =>
  documented.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]));

const accountOf = { bob: bob.uuid, mallory: mallory.uuid };

const withAcl = ({ acl: _, ...others }: Fields, acl: readonly string[]): Fields =>
  acl.length > 0 ? { ...others, acl } : others;

/** What an account that the image is shared with may do: clone it, and leave it. */
const isGrantees = (write: Write): boolean =>
  write.kind === "clone" || (write.kind === "removeAcl" && write.accounts.join() === mallory.uuid);

/** Fields without those that are undefined. */
const compact = (fields: { [Name in keyof Fields]: Fields[Name] | undefined | null }): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as Fields;

export class EditModel {
  revisions: Revision[] = [{ fields: { name: "a" }, action: "provision", account: "", isDestroyed: false }];
  #keys = new Map<string, { asks: string; answer: Expected }>();
  clones = 0;

  get revision(): number {
    return this.revisions.length;
  }

  get #now(): Revision {
    return this.revisions[this.revisions.length - 1] as Revision;
  }

  /** Applies a request. @returns the answer that it expects */
  apply(write: Write, { match, key, isDryRun }: Manner): Expected {
    const record = `${write.by} ${write.kind} ${key}`;
    const asks = JSON.stringify([write, this.formatMatch(match)]);
    const known = key === null ? undefined : this.#keys.get(record);
    if (known) {
      return known.asks === asks
        ? { ...known.answer, isReplayed: true }
        : { status: 422, code: "IdempotencyKeyReused" };
    }
    const refusal = this.#refuse(write);
    if (refusal) return refusal;
    if (match === "stale") return { status: 412, code: "PreconditionFailed", revision: this.revision };
    return this.#write(write, {
      isDryRun,
      remember: (answer) => key !== null && this.#keys.set(record, { asks, answer }),
    });
  }

  /** The If-Match of a request; the same text is the same request. */
  formatMatch(match: Manner["match"]): string | undefined {
    const texts = {
      none: undefined,
      any: "*",
      current: `"${this.revision}-8.0.0"`,
      stale: `"${this.revision + 7}-9.0.0"`,
    };
    return texts[match];
  }

  #refuse(write: Write): Expected | undefined {
    const { fields, isDestroyed } = this.#now;
    const isShared = fields.acl?.includes(mallory.uuid) ?? false;
    if (isDestroyed || (write.by === "mallory" && !isShared)) return { status: 404, code: "ResourceNotFound" };
    if (write.by === "mallory") return isGrantees(write) ? undefined : { status: 422, code: "NotImageOwner" };
    return this.#refuseOwner(write, fields);
  }

  #refuseOwner(write: Write, { tags = {}, acl = [] }: Fields): Expected | undefined {
    if (write.kind === "clone" && !acl.includes(bob.uuid)) return { status: 422, code: "ImageNotShared" };
    if (write.kind === "deleteTag" && !Object.hasOwn(tags, write.key)) {
      return { status: 404, code: "ResourceNotFound" };
    }
    if (write.kind === "revert" && (write.revision < 1 || write.revision > this.revision)) {
      return { status: 409, code: "InvalidArgument" };
    }
    return undefined;
  }

  #write(write: Write, { isDryRun, remember }: { isDryRun: boolean; remember: (answer: Expected) => void }): Expected {
    const before = this.#now.fields;
    const fields = this.#change(write, before);
    const changed = write.kind === "delete" ? ["state"] : listChanged(before, fields);
    const isNew = changed.length > 0 || write.kind === "clone";
    const revision = write.kind === "clone" ? 1 : this.revision + Number(isNew);
    const answer = this.#answer(write, { revision, fields, changed: changed.join(", ") });
    if (isDryRun) return answer;
    remember(answer);
    if (!isNew) return answer;
    if (write.kind === "clone") this.clones++;
    else {
      const action = write.by === "mallory" ? "leave" : actions[write.kind];
      this.revisions.push({ fields, action, account: accountOf[write.by], isDestroyed: write.kind === "delete" });
    }
    return answer;
  }

  #answer(
    write: Write,
    { revision, fields, changed }: { revision: number; fields: Fields; changed: string },
  ): Expected {
    if (write.kind === "clone")
      return { status: 200, revision, fields: withAcl(fields, []), cloneOf: accountOf[write.by] };
    if (write.kind === "delete" || write.by === "mallory") return { status: 204 };
    if (write.kind === "deleteTag" || write.kind === "deleteTags") return { status: 204, revision, changed };
    return { status: 200, revision, changed, fields, isTags: write.kind === "addTags" || write.kind === "replaceTags" };
  }

  #change(write: Write, now: Fields): Fields {
    const { acl = [], tags = {} } = now;
    switch (write.kind) {
      case "update":
        return compact({ ...now, ...write.fields });
      case "addAcl":
        return withAcl(now, [...new Set([...acl, ...write.accounts])]);
      case "removeAcl":
        return withAcl(
          now,
          acl.filter((account) => !write.accounts.includes(account)),
        );
      case "addTags":
        return Object.keys(write.tags).length > 0 ? { ...now, tags: { ...tags, ...write.tags } } : now;
      case "replaceTags":
        return { ...now, tags: write.tags };
      case "deleteTag":
        return { ...now, tags: Object.fromEntries(Object.entries(tags).filter(([key]) => key !== write.key)) };
      case "deleteTags":
        return Object.keys(tags).length > 0 ? { ...now, tags: {} } : now;
      case "revert": {
        const { fields } = this.revisions[write.revision - 1] as Revision;
        return withAcl(fields, (write.withAcl ? fields.acl : now.acl) ?? []);
      }
      default:
        return now;
    }
  }
}
