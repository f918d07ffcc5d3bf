import type { Operation } from "../../src/operations.ts";
import { versions } from "../../src/releases.ts";
import { type Examples, example } from "./exchange.ts";
import type { imageExchanges } from "./image-exchanges.ts";

const account = {
  id: example.account,
  login: "demo",
  email: "demo@example.com",
  triton_cns_enabled: false,
  created: "2026-11-24T09:00:00.000Z",
  updated: "2026-11-24T09:00:00.000Z",
};

const key = {
  name: "demo",
  fingerprint: "90:32:d8:c0:8e:ce:10:d6:a0:ef:64:ec:b9:f1:ce:1e",
  key: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJR5oQcTeaVXdLSw9olHOuhv4WoVq1jxmM0XiZ0aN9r000mYpNZFTVL7HSIBnfJLx9zC795Vrw0quK7QczVP5/I= ecdsa",
};

const laptop = {
  name: "laptop",
  fingerprint: "cd:96:6c:54:8a:4a:de:80:6c:28:7f:f1:75:a1:39:40",
  key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPyWiijmB8RnYPWVT+2RAC93IuyUcwsvZ7uA4bvKLSYc laptop",
};

/** Examples of the operations of the account, its keys and the service itself. */
export const accountExchanges: Readonly<Record<Exclude<Operation, keyof typeof imageExchanges>, Examples>> = {
  GetAccount: [
    {
      title: "The account that signs",
      method: "GET",
      path: "/my",
      status: 200,
      answer: account,
      varies: ["created", "updated"],
    },
  ],
  UpdateAccount: [
    {
      title: "Change two fields",
      method: "POST",
      path: "/my",
      body: { city: "Vancouver", phone: "+1 604 555 0100" },
      status: 200,
      answer: { ...account, city: "Vancouver", phone: "+1 604 555 0100" },
      varies: ["created", "updated"],
    },
  ],
  ListKeys: [{ title: "All keys", method: "GET", path: "/my/keys", status: 200, answer: [key] }],
  GetKey: [{ title: "One key, by name", method: "GET", path: "/my/keys/demo", status: 200, answer: key }],
  CreateKey: [
    {
      title: "Add a key",
      method: "POST",
      path: "/my/keys",
      body: { name: laptop.name, key: laptop.key },
      status: 201,
      answer: laptop,
      answerHeaders: {
        Location: "/demo/keys/cd%3A96%3A6c%3A54%3A8a%3A4a%3Ade%3A80%3A6c%3A28%3A7f%3Af1%3A75%3Aa1%3A39%3A40",
      },
    },
  ],
  DeleteKey: [{ title: "Delete a key", method: "DELETE", path: "/my/keys/laptop", after: ["CreateKey"], status: 204 }],
  ListDatacenters: [
    {
      title: "The name of the service, and its address",
      method: "GET",
      path: "/my/datacenters",
      status: 200,
      answer: { edge: "http://127.0.0.1" },
      varies: ["edge"],
    },
  ],
  Ping: [
    { title: "It runs", method: "GET", path: "/--ping", status: 200, answer: { ping: "pong", cloudapi: { versions } } },
  ],
  Health: [
    {
      title: "The database answers",
      method: "GET",
      path: "/--health",
      status: 200,
      answer: { healthy: true, milliseconds: 1.2, age: 0, readOnly: false },
      varies: ["milliseconds", "age"],
    },
  ],
};
