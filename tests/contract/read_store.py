#!/usr/bin/env python3
"""read_store.py SANDBOX TOKEN: the PyPI client `bigc` reads the sandbox; prints how many of what it saw as JSON."""

import json
import sys

from bigc import BigCommerceAPI
from bigc.api_client import BigCommerceV2APIClient, BigCommerceV3APIClient
from bigc.exceptions import BigCommerceException

sandbox, token = sys.argv[1:]
# The client knows one host only.
for version, kind in (("v2", BigCommerceV2APIClient), ("v3", BigCommerceV3APIClient)):
    kind._prepare_url = lambda self, path, version=version: (
        f'{sandbox}/stores/{self.store_hash}/{version}/{path.lstrip("/")}'
    )

store = BigCommerceAPI("sandbox1", token, timeout=60)
products = list(store.api_v3.get_many("/catalog/products", params={"include": "variants"}, page_size=50))
orders = list(store.api_v2.get_many("/orders", page_size=20))
beyond = store.api_v2.get("/orders", params={"page": 9})
try:
    store.api_v3.get("/catalog/products/99999")
    missing = "was found"
except BigCommerceException as error:
    missing = type(error).__name__
seen = {
    "products": len({product["id"] for product in products}),
    "variants": sum(len(product["variants"]) for product in products),
    "orders": len({order["id"] for order in orders}),
    "lines": sum(len(store.api_v2.get(f'/orders/{order["id"]}/products') or []) for order in orders[:5]),
    "customers": len(list(store.api_v3.get_many("/customers", page_size=10))),
    "beyond": beyond,
    "missing": missing,
}
print(json.dumps(seen))
