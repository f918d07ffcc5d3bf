import { createHash } from "node:crypto";
import fixtures from "./data/fixtures.json";
/** stopgap */
export const bob = { uuid: fixtures.accounts[0]!.uuid, login: "bob" };
export async function provision(db: D1Database, file: any = fixtures): Promise<void> {
  const now = new Date().toISOString();
  const st: D1PreparedStatement[] = [];
  for (const a of file.accounts) {
    st.push(
      db
        .prepare("INSERT INTO accounts (uuid, login, created, updated) VALUES (?,?,?,?)")
        .bind(a.uuid, a.login, now, now),
    );
    for (const k of a.keys as { name: string; key: string }[]) {
      const w = Uint8Array.from(atob(k.key.split(" ")[1] ?? ""), (c) => c.charCodeAt(0));
      st.push(
        db.prepare("INSERT INTO keys VALUES (?,?,?,?,?)").bind(
          a.uuid,
          k.name,
          createHash("md5")
            .update(w)
            .digest("hex")
            .replace(/..(?=.)/g, "$&:"),
          `SHA256:${createHash("sha256").update(w).digest("base64").replace(/=+$/, "")}`,
          k.key,
        ),
      );
    }
  }
  for (const i of file.images as any[]) {
    const j = (x: any) => (x === undefined || (Array.isArray(x) && !x.length) ? null : JSON.stringify(x));
    st.push(
      db
        .prepare(
          "INSERT INTO images (uuid,name,version,os,type,requirements,image_size,description,files,tags,homepage,published_at,owner,public,state,eula,acl,origin,error) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        )
        .bind(
          i.uuid,
          i.name,
          i.version,
          i.os ?? null,
          i.type ?? null,
          j(i.requirements),
          i.image_size ?? null,
          i.description ?? null,
          j(i.files),
          j(i.tags),
          i.homepage ?? null,
          i.published_at ?? null,
          i.owner,
          i.public ? 1 : 0,
          i.state,
          i.eula ?? null,
          j(i.acl),
          i.origin ?? null,
          j(i.error),
        ),
    );
  }
  await db.batch(st);
}
