import { about } from "../host";
import type { Live } from "./live.svelte";

/** How two versions differ in what they can do; the last number never matters. */
export function compare(server: string, client: string): "older" | "newer" | "same" {
  const parts = (version: string) => version.split(/[.+-]/).slice(0, 2).map(Number);
  const [[s1 = 0, s2 = 0], [c1 = 0, c2 = 0]] = [parts(server), parts(client)];
  if (s1 === c1 && s2 === c2) return "same";
  return s1 < c1 || (s1 === c1 && s2 < c2) ? "older" : "newer";
}

/** The server's version and this program's, and whether they are too far apart. */
export class Versions {
  server = $state("");
  client = $state("");

  get apart(): { server: "older" | "newer"; serverVersion: string; clientVersion: string } | undefined {
    if (!this.server || !this.client) return undefined;
    const server = compare(this.server, this.client);
    return server === "same" ? undefined : { server, serverVersion: this.server, clientVersion: this.client };
  }

  async read(live: Live): Promise<void> {
    try {
      const [{ version }, { serverVersion = "" }] = await Promise.all([about(), live.read("ListStores", {})]);
      this.client = version;
      this.server = serverVersion;
    } catch {
      // The status bar says how the line is.
    }
  }
}

export const versions = new Versions();
