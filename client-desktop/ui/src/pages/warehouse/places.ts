import type { Live } from "../../state/live.svelte";

/** Every location of a division, as "SITE/LOCATION". */
export async function places(live: Live, division: string): Promise<string[]> {
  const { sites = [] } = await live.read("ListSites", { division });
  return sites.flatMap(({ site = "", locations = [] }) => locations.map((location) => `${site}/${location}`));
}
