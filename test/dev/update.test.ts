import { expect, inject, it } from "vitest";
import { pickStatusAndJson } from "../support/answer.ts";
import { loader, loaderAccount, sendUpdate } from "../support/loader.ts";
import { provision } from "../support/local-state.ts";
import type { Shared } from "../support/shared-services.ts";
import { makeUuid } from "../support/uuids.ts";

const image = {
  uuid: makeUuid(0),
  owner: loader.uuid,
  name: "before",
  version: "1",
  os: "smartos",
  type: "zone-dataset",
  published_at: "2020-01-01T00:00:00.000Z",
};

it.each<Shared>(["npm start", "npx wrangler dev"])(
  "%s updates an image that was loaded while it runs",
  async (command) => {
    const { port, state } = inject("shared")[command];
    await provision(state, { accounts: [loaderAccount], images: [image] });
    expect(pickStatusAndJson(await sendUpdate(port, 0, { name: "after" }))).toEqual({
      status: 200,
      json: {
        id: image.uuid,
        name: "after",
        version: "1",
        os: "smartos",
        requirements: {},
        type: "smartmachine",
        published_at: image.published_at,
        owner: loader.uuid,
        public: false,
        state: "active",
      },
    });
  },
);
