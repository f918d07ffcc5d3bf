/** An entry of a ValidationFailed: the field and a sentence. */
export type FieldRefusal = { field: string; code: string; message: string };

type RefusalOptions = {
  status: number;
  code: string;
  errors?: readonly FieldRefusal[];
  retryAfterSeconds?: number | null;
  requestId?: string | null;
  currentEtag?: string | null;
  clockSkewSeconds?: number | null;
  mayBeMade?: boolean;
};

/** Why a request did not do what it asked for. `status` is 0 where no answer came, 1 for a fault of this page, 2 if the page is old. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldRefusal[];
  readonly retryAfterSeconds: number | null;
  /** For the operator, who finds the request by it on the log. */
  readonly requestId: string | null;
  /** Of a 412: the revision that the image is at. */
  readonly currentEtag: string | null;
  /** How far this computer's clock is ahead of the service's. */
  readonly clockSkewSeconds: number | null;
  /** Whether an earlier try of the same write got no answer: this one says nothing of it. */
  readonly mayBeMade: boolean;

  constructor(message: string, options: RefusalOptions) {
    super(message);
    this.name = "Refusal";
    this.status = options.status;
    this.code = options.code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.requestId = options.requestId ?? null;
    this.currentEtag = options.currentEtag ?? null;
    this.clockSkewSeconds = options.clockSkewSeconds ?? null;
    this.mayBeMade = options.mayBeMade ?? false;
  }

  /** Whether the request may have been done although no answer says so: a proxy's 502 tells no more than silence. */
  get isUncertain(): boolean {
    return this.mayBeMade || this.status === 0 || this.status >= 500;
  }

  /** The same refusal of a write whose earlier try got no answer. */
  afterSilence(): Refusal {
    return new Refusal(this.message, { ...this, mayBeMade: true });
  }

  /**
   * Whether it was judged before the service looked whether it did the request already, so that it says nothing of an
   * earlier attempt. docs/contract.md#order-of-checks
   */
  get isBeforeRecord(): boolean {
    return [400, 401, 413, 429].includes(this.status) || this.code === "NotAuthorized";
  }
}

/** Anything else than a refusal is a fault of this page: it is told as one, and not hidden. */
export const toRefusal = (error: unknown): Refusal =>
  error instanceof Refusal
    ? error
    : new Refusal(error instanceof Error ? error.message : String(error), { status: 1, code: "ConsoleError" });

/** A path cannot name the tag. Nothing was sent. */
export const makeUnnameable = (tag: string): Refusal =>
  new Refusal(`a path cannot name the tag ${tag}: take it out where the image is edited`, {
    ...{ status: 409, code: "Unnameable" },
  });

/** No answer came. */
export const makeUnreachable = (): Refusal => new Refusal("no answer came", { status: 0, code: "Unreachable" });

/** The service has another version of this page. */
export const makeOldPage = (): Refusal =>
  new Refusal("the service was updated, and this part of the page is gone", { status: 2, code: "OldPage" });

/** Nothing was sent: the key is no longer kept. It says nothing of an earlier attempt. */
export const makeKeyForgotten = (): Refusal =>
  new Refusal("the key that signed here is no longer kept in this browser", { status: 401, code: "KeyForgotten" });

/** The refusal that an answer tells. @param now ms since the epoch by this computer's clock */
export async function readRefusal(response: Response, now: number): Promise<Refusal> {
  const { headers, status } = response;
  const { code, message, errors } = await readBody(response);
  const date = Date.parse(headers.get("Date") ?? "");
  return new Refusal(message ?? `the service answered ${status}`, {
    status,
    code: code ?? String(status),
    errors: errors ?? [],
    retryAfterSeconds: readSeconds(headers.get("Retry-After")),
    requestId: headers.get("Request-Id"),
    currentEtag: status === 412 ? headers.get("ETag") : null,
    clockSkewSeconds: Number.isNaN(date) ? null : Math.round((now - date) / 1000),
  });
}

type Body = { code?: string; message?: string; errors?: FieldRefusal[] };

/** A proxy between may answer something else than JSON. */
async function readBody(response: Response): Promise<Body> {
  const text = await response.text().catch(() => "");
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

const readSeconds = (text: string | null): number | null => (text && /^\d+$/.test(text) ? Number(text) : null);
