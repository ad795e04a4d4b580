#!/usr/bin/env python3
"""compare.py SANDBOX TOKEN NAME=FILE…: compares what clients saw of a store with what it says of itself."""

import json
import sys
import urllib.request

sandbox, token, *readings = sys.argv[1:]

# How the clients say that something is not there.
MISSING = ("DoesNotExistError", "null")


def get(path):
    headers = {"X-Auth-Token": token, "Accept": "application/json"}
    request = urllib.request.Request(f"{sandbox}/stores/sandbox1/{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def total(path):
    return get(f'{path}{"&" if "?" in path else "?"}limit=1')["meta"]["pagination"]["total"]


first = [order["id"] for order in get("v2/orders?limit=5")]
own = {
    "products": total("v3/catalog/products"),
    # Variants of no product are in their own list only.
    "variants": total("v3/catalog/variants") - total("v3/catalog/variants?product_id:in=0"),
    "orders": get("v2/orders/count")["count"],
    "lines": sum(len(get(f"v2/orders/{order}/products?limit=250")) for order in first),
    "customers": total("v3/customers"),
}
wrong = not own["products"] or not own["orders"]
print(f'   {"":26}' + "".join(f"{name:>11}" for name in own))
print(f'   {"the store itself":26}' + "".join(f"{count:>11}" for count in own.values()))
for reading in readings:
    name, _, file = reading.partition("=")
    with open(file, encoding="utf-8") as text:
        seen = json.load(text)
    print(f"   {name:26}" + "".join(f"{seen[key]:>11}" for key in own))
    differ = [key for key in own if seen[key] != own[key]]
    if differ:
        print(f'   WRONG: {name} saw other numbers of {", ".join(differ)}')
    if seen["beyond"] is not None:
        print(f'   WRONG: {name} saw {seen["beyond"]} past the last page of orders')
    if seen["missing"] not in MISSING:
        print(f'   WRONG: {name} makes {seen["missing"]} of a product that is not there')
    wrong |= bool(differ) or seen["beyond"] is not None or seen["missing"] not in MISSING
sys.exit(1 if wrong else 0)
