import type { ConfigurationJson, StoreLocationJson } from "../../contract/pluginhost/v1/configuration_pb";
import type { DivisionJson, SiteJson, UomJson } from "../../contract/pluginhost/v1/warehouse_service_pb";
import type { Option } from "../../parts/Combo.svelte";
import type { Live } from "../../state/live.svelte";
import { words } from "../../words";

/** What the cascading lists offer: a division has UOMs and sites, a site has locations. */
export class Lists {
  #divisions = $state.raw<DivisionJson[]>([]);
  #sites = $state.raw<SiteJson[]>([]);
  #uoms = $state.raw<UomJson[]>([]);
  storeLocations = $state.raw<StoreLocationJson[]>([]);
  #of = "";

  readonly divisions = $derived(this.#divisions.map(({ division = "" }): Option => ({ value: division, label: division })));
  readonly uoms = $derived(
    this.#uoms.map(({ uom = "", eachCount = "1" }): Option => ({ value: uom, label: uom, detail: words.configuration.uomEach(eachCount) })),
  );
  readonly sites = $derived(
    this.#sites.map(({ site = "", autoDeleteZeroQuantity }): Option => ({
      value: site, label: site, ...(autoDeleteZeroQuantity ? { detail: words.configuration.siteDeletes } : {}),
    })),
  );
  /** Every location of the division, as "SITE/LOCATION". */
  readonly places = $derived(
    this.#sites.flatMap(({ site = "", locations = [] }) => locations.map((location): Option => ({ value: `${site}/${location}`, label: `${site} / ${location}` }))),
  );

  locations(site: string | undefined): Option[] {
    const locations = this.#sites.find((known) => known.site === site)?.locations ?? [];
    return locations.map((location) => ({ value: location, label: location }));
  }

  /** Reads everything again. */
  async read(live: Live, division: string | undefined): Promise<void> {
    this.#divisions = (await live.read("ListDivisions", {})).divisions ?? [];
    await this.choose(live, division, true);
  }

  /** Reads what belongs to a division. */
  async choose(live: Live, division = "", again = false): Promise<void> {
    if (division === this.#of && !again) return;
    this.#of = division;
    if (!division) {
      [this.#sites, this.#uoms] = [[], []];
      return;
    }
    const [sites, uoms] = await Promise.all([live.read("ListSites", { division }), live.read("ListUoms", { division })]);
    if (this.#of === division) [this.#sites, this.#uoms] = [sites.sites ?? [], uoms.uoms ?? []];
  }

  /** What of a draft does not exist in its division, to be chosen again. */
  cleared({ defaultSite = "", defaultLocation = "", defaultUom = "" }: ConfigurationJson): ConfigurationJson {
    const site = this.sites.some(({ value }) => value === defaultSite) ? defaultSite : (this.sites.length === 1 ? this.sites[0]!.value : "");
    const locations = this.locations(site);
    const location = locations.some(({ value }) => value === defaultLocation) ? defaultLocation : (locations.length === 1 ? locations[0]!.value : "");
    const uom = this.uoms.some(({ value }) => value === defaultUom) ? defaultUom : (this.uoms.length === 1 ? this.uoms[0]!.value : "");
    return { defaultSite: site, defaultLocation: location, defaultUom: uom };
  }
}
