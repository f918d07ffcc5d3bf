import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import type { Exchange } from "../../scripts/openapi/examples.ts";
import type { Answer } from "../support/answer.ts";
import { send } from "../support/client.ts";
import { examples, exchanges, hideVarying, makeExchangeFile } from "../support/exchanges.ts";
import { clear, provision } from "../support/fixtures.ts";
import { makeKey } from "../support/signer.ts";

/** Makes the request of an example, signed as its account. */
const make = ({ method, path, headers, body }: Exchange): Promise<Answer> =>
  send({
    method,
    path,
    headers: { "Api-Version": "~9", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    sign: path.startsWith("/--") ? false : { as: "demo", key: "ecdsa" },
  });

beforeEach(async () => {
  await clear(env.DB);
  await provision(env.DB, makeExchangeFile([{ ...makeKey("ecdsa"), name: "demo" }]));
});

describe("the examples of the document are what the service answers:", () => {
  it.each(exchanges.map(({ operation, exchange }) => [`${operation}, ${exchange.title}`, exchange] as const))(
    "%s",
    async (_, exchange) => {
      for (const operation of exchange.after ?? []) await make(examples[operation][0]);
      const { status, headers, json } = await make(exchange);
      const { varies, answerHeaders = {} } = exchange;
      expect({
        status,
        answer: hideVarying(json, varies),
        answerHeaders: Object.fromEntries(Object.keys(answerHeaders).map((name) => [name, headers.get(name)])),
      }).toEqual({ status: exchange.status, answer: hideVarying(exchange.answer, varies), answerHeaders });
    },
  );
});
