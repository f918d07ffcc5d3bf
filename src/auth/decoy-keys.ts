import type { KeyKind } from "./algorithms.ts";

/** Keys of nobody: their private halves were thrown away. Verified where no key is found, so that it takes as long. */
export const decoyKeys: Readonly<Record<KeyKind, string>> = {
  rsa: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCiZfe+JaJxdjrSrQ0FJMhXDYn2ZDfEWpr/sfAWni19Egmb7mgjE9yb45Od5u0AnGcNH9howlwFMSVZOIdeZxxVEAYBJJz8ywYcxTq+M5BuR06Z3uyVqaneO6EZm67wkGWKpwoRC17+969eyhK8nleE4HBec4ZQ/MdPqMgLj1PytnbQDPHjlGrfiDZ2N6VQoXtiGKQgTBzhU/0+uwYq4HuUqwmI5aZjq50SEA24AdHd8Nz9XECa8/8u4/B3m6H3H72sJQStNxcc6UW6daVXaF2cGGwKxKtlCkj2KKNLRz+YcwORTce7KpPRmNDOLt+KN2BjJIqR6lSlAV1yxjIU11Vt",
  ecdsa:
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBP6V15vHpQUbk7jZ8xtoZtmcBH7bz/hJWqnwfK6F7DBk5c+NG3FWcT+d+Cod5VJy9Gq89933GaymZbcPG4IpO6g=",
  ed25519: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICrKgwH0jtRUZpLN4q83ZOmo/4EBwmoGZtnclSdnv7YT",
};
