/** Stands for the service's address in every sample. The pages put their own origin in its place. */
export const sampleOrigin = "https://cloudapi.example.com";

/** The UUIDs of the examples' accounts and images. `demo` and its image are those of `npm start`. */
export const example = {
  account: "47034e57-42d1-0342-b302-00db733e8c8a",
  image: "eca995fe-b904-11e3-b05a-83a4899322dc",
  other: "7a7855dd-4eec-43c1-9304-6bfa3cb6e22d",
  shared: "808f8bd8-1b6c-40e1-9bd9-fda81c29532c",
} as const;

/** The image of the examples, as it is provisioned. */
export const image = {
  id: example.image,
  name: "my-image",
  version: "1.0.0",
  os: "smartos",
  requirements: {},
  type: "zone-dataset",
  tags: { role: "db" },
  published_at: "2013-11-25T17:44:54Z",
  owner: example.account,
  public: true,
  state: "active",
};

export const renamed = { ...image, name: "my-renamed-image" };

const { tags: _, ...withoutTags } = image;
const unshared = { ...withoutTags, id: example.shared, name: "base", published_at: "2026-11-01T00:00:00Z" };
export const shared = { ...unshared, owner: example.other, public: false, acl: [example.account] };
export const clone = { ...unshared, id: "5d1c9f3a-6c0e-4a55-9a2e-1b7f5f0a9c11", owner: example.account, public: false };

const times = { created: "2026-11-24T09:00:00.000Z", updated: "2026-11-24T09:00:00.000Z" };
export const account = {
  id: example.account,
  login: "demo",
  email: "demo@example.com",
  triton_cns_enabled: false,
  ...times,
};

export const key = {
  name: "demo",
  fingerprint: "90:32:d8:c0:8e:ce:10:d6:a0:ef:64:ec:b9:f1:ce:1e",
  key: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJR5oQcTeaVXdLSw9olHOuhv4WoVq1jxmM0XiZ0aN9r000mYpNZFTVL7HSIBnfJLx9zC795Vrw0quK7QczVP5/I= ecdsa",
};

export const laptop = {
  name: "laptop",
  fingerprint: "cd:96:6c:54:8a:4a:de:80:6c:28:7f:f1:75:a1:39:40",
  key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPyWiijmB8RnYPWVT+2RAC93IuyUcwsvZ7uA4bvKLSYc laptop",
};

export const ci = {
  name: "ci",
  fingerprint: "b3:47:0b:4a:d8:f6:5e:a8:72:45:1c:67:7f:69:8f:c5",
  key: "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBC+FT6MIT7a0zAoMzwEoT3lmPG1T3WFb/XeISMEtkDEt1Pf7yf4QqHYe7zzppSHQpNsHodPnypGPo0Npw4lPZ/o6FgSw6gZoExgYdbUqknSmsXk1R857MqIlO3TgMWa8tA== ci",
  scope: `images:tag@${example.image}`,
  expires: "2099-12-31T00:00:00.000Z",
};
