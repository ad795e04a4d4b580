// The same reads with npm's @space48/bigcommerce-api: its own list, to JSON lines; or FLIGHT pages at a time.
const fs = require("node:fs");
const http = require("node:http");
const { Management } = require("@space48/bigcommerce-api");
const { fetchTransport } = require("@space48/bigcommerce-api/lib/internal/operation.js");

const transport = fetchTransport({
  agent: new http.Agent({ maxSockets: 10, keepAlive: true }),
  baseUrl: `${process.env.BASE}/v3`,
  headers: { "X-Auth-Token": process.env.TOKEN, Accept: "application/json" },
});
const client = new Management.V3.Client(transport);
const out = fs.createWriteStream(process.env.OUT);
const flight = Number(process.env.FLIGHT);

async function all(path, params, limit) {
  if (flight === 1) {
    for await (const row of client.list(path, { query: { ...params, limit } })) out.write(JSON.stringify(row) + "\n");
    return;
  }
  let next = 1;
  const pages = Math.ceil(Number(process.env.PRODUCTS) / limit);
  await Promise.all(Array.from({ length: flight }, async () => {
    while (next <= pages) {
      const page = next++;
      const rows = await client.get(path, { query: { ...params, limit, page } });
      for (const row of rows) out.write(JSON.stringify(row) + "\n");
    }
  }));
}

(async () => {
  await all("/catalog/products", { include: ["variants"] }, 250);
  await all("/inventory/items", {}, 1000);
  out.end();
})();
