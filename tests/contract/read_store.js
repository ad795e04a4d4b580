// read_store.js SANDBOX TOKEN: the npm client `@space48/bigcommerce-api` reads the sandbox; prints what it saw as JSON.
const http = require("node:http");
const { Management } = require("@space48/bigcommerce-api");
const { fetchTransport } = require("@space48/bigcommerce-api/lib/internal/operation.js");

const [sandbox, token] = process.argv.slice(2);
const transport = (version) =>
  fetchTransport({
    agent: new http.Agent({ keepAlive: true }),
    baseUrl: `${sandbox}/stores/sandbox1/${version}`,
    headers: { "X-Auth-Token": token },
  });

async function read() {
  const v2 = new Management.V2.Client(transport("v2"));
  const v3 = new Management.V3.Client(transport("v3"));
  const seen = { products: 0, variants: 0, orders: 0, lines: 0, customers: 0 };
  for await (const product of v3.list("/catalog/products", { query: { include: "variants" } })) {
    seen.products += 1;
    seen.variants += product.variants.length;
  }
  for await (const _ of v3.list("/customers", {})) {
    seen.customers += 1;
  }
  // Past the last page comes 204, which this client makes null.
  for (let page = 1, orders; (orders = await v2.get("/orders", { query: { limit: 20, page } })); page += 1) {
    for (const order of orders) {
      seen.orders += 1;
      if (seen.orders <= 5) {
        const path = { order_id: order.id };
        const lines = await v2.get("/orders/{order_id}/products", { path });
        seen.lines += lines ? lines.length : 0;
      }
    }
  }
  seen.beyond = await v2.get("/orders", { query: { page: 9 } });
  seen.missing = String(await v3.get("/catalog/products/{product_id}", { path: { product_id: 99999 } }));
  return seen;
}

read().then((seen) => console.log(JSON.stringify(seen)));
