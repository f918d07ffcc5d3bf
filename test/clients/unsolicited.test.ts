import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClientsService, type Person } from "../support/clients-service.ts";
import { PlainService } from "../support/plain-service.ts";

/** In full under `LONG=1 npm run test:clients`. */
const count = process.env["LONG"] ? 1000 : 100;
const tagBytes = 100_000;
const victim = "aaaaaaaa-0000-4000-8000-000000000001";
const clients = new ClientsService();
const service = new PlainService();
let person: Person;

/** Images of somebody else, which the victim did not ask for. */
const shareImages = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
  INSERT INTO images (uuid, name, version, owner, state, acl, tags, published_at)
  SELECT printf('c0ffee00-0000-4000-8000-%012d', i), 'unsolicited', '1', 'bbbbbbbb-0000-4000-8000-000000000001', 'active',
    json_array('${victim}'), json_object('i', i, 't', substr(hex(zeroblob(${tagBytes})), 1, ${tagBytes})), '2020-01-01T00:00:00Z'
  FROM n`;

beforeAll(async () => {
  person = await clients.makePerson("victim");
  const accounts = [{ uuid: victim, login: person.login, keys: [person.publicLine] }];
  await service.start({ accounts, images: [] }, { sql: [shareImages], v8Flags: ["--max-old-space-size=128"] });
  clients.port = service.port;
});

afterAll(async () => {
  await service.stop();
  await clients.stop();
});

describe(`triton image ls with ${count} images of 100 KB that others share`, () => {
  it("lists them all, from a service with a heap of 128 MB", async () => {
    const { code, stdout, stderr } = await clients.runTriton(person, ["image", "ls", "-H", "-o", "id"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(new Set(stdout.trim().split("\n")).size).toBe(count);
    expect(service.isAlive).toBe(true);
  });

  it("lists a page of them", async () => {
    const { code, stdout, stderr } = await clients.runTriton(person, ["cloudapi", "/my/images?limit=10"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect((JSON.parse(stdout) as unknown[]).length).toBe(10);
  });

  it("leaves one, and no longer lists it", async () => {
    const id = "c0ffee00-0000-4000-8000-000000000001";
    const path = `/my/images/${id}/acl?action=remove`;
    const left = await clients.runTriton(person, ["cloudapi", path, "-X", "POST", "-d", JSON.stringify([victim])]);
    expect(left.code).toBe(0);
    const { stdout } = await clients.runTriton(person, ["image", "ls", "-H", "-o", "id"]);
    expect(stdout.trim().split("\n").length).toBe(count - 1);
  });
});
