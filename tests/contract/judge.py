#!/usr/bin/env python3
"""Says whether what went through Prism is what the official OpenAPI files describe.

judge.py recorded FILE                        what the server sent, as the recorder wrote it down
judge.py endpoints PRISM SANDBOX ROUTES.RS    calls every endpoint of the sandbox through Prism
judge.py mistakes PRISM SANDBOX               plants mistakes, each of which Prism has to notice
"""

import collections
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

STORE = "/stores/sandbox1/"
TOKEN = "sandboxtoken"
# How Prism marks an answer that is its own.
PRISM = "stoplight.io/prism/errors"
OBJECT = "consignment_structure=object"

GETS = f"""
v2/store
v2/time
v3/customers/addresses?customer_id:in=1,2
v3/customers?include=addresses&sort=date_modified:asc&date_modified:min=2026-01-01T00:00:00Z
v3/customers?after=eyJpZCI6Mn0&limit=5
v2/order_statuses
v2/shipping/zones
v2/shipping/zones/1/methods
v2/shipping/zones/2/methods
v2/orders
v2/orders?limit=250
v2/orders?page=9
v2/orders?include=consignments&{OBJECT}
v2/orders?include=consignments.line_items&{OBJECT}
v2/orders?status_id=11&sort=date_modified
v2/orders?min_id=101&sort=id:desc
v2/orders?min_date_modified=2026-01-01T00:00:00Z&min_id=1&max_id=120
v2/orders/count
v2/orders/100
v2/orders/100/products
v2/orders/101/products?limit=250&page=2
v2/orders/100/shipping_addresses
v2/orders/100/consignments
v2/orders/100/shipments
v2/orders/100/shipments/count
v2/orders/99999
v3/catalog/products
v3/catalog/products?limit=250&include=variants
v3/catalog/products?include=variants,options,modifiers
v3/catalog/products?include=variants&include_fields=name,sku,price&sort=id&direction=asc&limit=250&id:max=200&page=1
v3/catalog/products?id:greater=10&id:max=200&page=2
v3/catalog/products?id:in=1,2,3
v3/catalog/products?date_modified:min=2026-01-01T00:00:00Z
v3/catalog/products/{{product}}
v3/catalog/products/{{product}}?include=variants
v3/catalog/products/{{product}}/variants
v3/catalog/products/99999
v3/catalog/variants?limit=250
v3/catalog/variants?product_id:in=1,3
v3/catalog/summary
v3/inventory/items?limit=1000
v3/inventory/items?variant_id:in=1,2,3
v3/inventory/items?sku:in=NOPE
v3/inventory/locations
v3/inventory/locations/1/items
v3/inventory/locations/9/items
v3/settings/inventory
v3/settings/inventory?channel_id=1
v3/channels
v3/customers
""".split()

# Those of them that are not there.
MISSING = ("v2/orders/99999", "v3/catalog/products/99999", "v3/inventory/locations/9/items")

# Endpoints that work and are not in the official files.
UNDESCRIBED = {("GET", "/v2/orders/{id}/shippingaddresses"): "the old spelling of shipping_addresses"}

# Where a wrong type is planted.
WRONG_TYPES = [
    ("v3/customers/addresses", "/data/0/city"),
    ("v2/store", "/name"),
    ("v2/time", "/time"),
    ("v2/order_statuses", "/0/id"),
    ("v2/shipping/zones", "/0/type"),
    ("v2/shipping/zones/1/methods", "/0/type"),
    ("v2/orders", "/0/status_id"),
    ("v2/orders", "/0/consignments/url"),
    (f"v2/orders?include=consignments&{OBJECT}", "/0/consignments/shipping/0/id"),
    (f"v2/orders?include=consignments.line_items&{OBJECT}", "/0/consignments/shipping"),
    (f"v2/orders?include=consignments.line_items&{OBJECT}", "/0/consignments/shipping/0/line_items/0/quantity"),
    ("v2/orders/count", "/count"),
    ("v2/orders/101", "/id"),
    ("v2/orders/101/products", "/0/quantity"),
    ("v2/orders/101/shipping_addresses", "/0/id"),
    ("v2/orders/101/consignments", "/shipping"),
    ("v2/orders/{shipped}/shipments", "/0/id"),
    ("v2/orders/{shipped}/shipments/count", "/count"),
    ("v2/orders/{shipped}/shipments/{shipment}", "/id"),
    ("v3/catalog/products", "/data/0/price"),
    ("v3/catalog/products?include=variants", "/data/0/variants/0/id"),
    ("v3/catalog/products/{product}", "/data/name"),
    ("v3/catalog/products/{product}/variants", "/data/0/id"),
    ("v3/catalog/variants", "/data/0/sku"),
    ("v3/catalog/summary", "/data/variant_count"),
    ("v3/inventory/items", "/data/0/identity/variant_id"),
    ("v3/inventory/locations", "/data/0/id"),
    ("v3/inventory/locations/1/items", "/data/0/available_to_sell"),
    ("v3/settings/inventory", "/data/update_stock_behavior"),
    ("v3/channels", "/data/0/id"),
    ("v3/customers", "/data/0/email"),
]

# Requests that the official files do not allow.
WRONG_REQUESTS = [
    ("GET", "v3/catalog/products?limit=many", None),
    ("GET", "v3/catalog/products?sort=colour", None),
    ("GET", "v3/inventory/items?variant_id:in=1,two", None),
    ("GET", "v2/orders?min_id=many", None),
    ("GET", "v2/orders?sort=id:sideways", None),
    ("PUT", "v2/orders/101", {"status_id": "shipped"}),
    ("PUT", "v3/inventory/adjustments/absolute", {"items": [{"location_id": 1, "variant_id": 1, "quantity": "ten"}]}),
    ("POST", "v3/inventory/adjustments/relative", {"items": [{"location_id": "x", "variant_id": 1, "quantity": 1}]}),
]


def call(base, method, target, body=None, token=TOKEN):
    """The status, the marked violations and the text of an answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    request = urllib.request.Request(base + target, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.headers.get("sl-violations"), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("sl-violations"), error.read().decode()


def violations(status, marked, text):
    """What Prism says about an exchange, in words."""
    if status != 204 and PRISM in (text or ""):
        found = json.loads(text) if text.startswith("{") else {"title": text}
        # Warnings stand beside the errors that made Prism refuse.
        details = [one for one in found.get("validation") or [] if one.get("severity", "Error") == "Error"]
        title = f'Prism answers {found.get("status", status)}, {found.get("title")}'
        return [f"{title}: {place(one)}" for one in details] or [f'{title}: {found.get("detail")}']
    marked = json.loads(marked) if marked else []
    return [place(one) for one in marked if one.get("severity") == "Error"]


def place(violation):
    where = violation.get("location") or []
    return f'{".".join(map(str, where))} {violation.get("message")}'[:300]


def recorded(file):
    seen, wrong = collections.Counter(), {}
    with open(file, encoding="utf-8") as lines:
        for entry in map(json.loads, lines):
            path, _, query = entry["target"].partition("?")
            path = re.sub(r"/\d+(?=/|$)", "/{id}", path.removeprefix(STORE))
            names = sorted({name for name, _ in urllib.parse.parse_qsl(query)})
            shape = f'{entry["method"]} {path}' + (f' ?{" ".join(names)}' if names else "")
            seen[shape, entry["status"]] += 1
            for words in violations(entry["status"], entry["violations"], entry["body"]):
                wrong.setdefault((shape, words), entry["target"])
    for (shape, status), count in sorted(seen.items()):
        print(f"   {count:4} × {status} {shape}")
    for (shape, words), target in wrong.items():
        print(f"   WRONG: {shape}: {words}\n          {target}")
    strange = [key for key in seen if key[1] not in (200, 201, 204)]
    for shape, status in strange:
        print(f"   WRONG: {shape}: the store answered {status}")
    print(f"   {sum(seen.values())} requests of the server in {len(seen)} shapes, {len(wrong)} kinds of violation")
    return not wrong and not strange and bool(seen)


def endpoints(prism, sandbox, routes):
    call(sandbox, "DELETE", "/_sandbox/requests")
    calls, wrong = 0, 0

    def through(method, target, body=None, expected=(200, 204)):
        nonlocal calls, wrong
        calls += 1
        status, marked, text = call(prism, method, STORE + target, body)
        found = violations(status, marked, text)
        if not found and status not in expected:
            found = [f"the sandbox answered {status}: {text[:300]}"]
        for words in found:
            print(f"   WRONG: {method} {target}: {words}")
        wrong += bool(found)
        return json.loads(text) if text and not found else None

    product = json.loads(call(sandbox, "GET", STORE + "v3/catalog/products?limit=1")[2])["data"][0]["id"]
    for target in GETS:
        through("GET", target.format(product=product), expected=(404,) if target in MISSING else (200, 204))
    write = {"location_id": 1, "variant_id": 1, "quantity": 40}
    through("PUT", "v3/inventory/adjustments/absolute", {"reason": "count", "items": [write]})
    write["quantity"] = -3
    through("POST", "v3/inventory/adjustments/relative", {"reason": "sale", "items": [write]})
    order, line = unshipped(sandbox)
    shipment = {
        "order_address_id": line["order_address_id"],
        "tracking_number": "1Z",
        "shipping_provider": "ups",
        "items": [{"order_product_id": line["id"], "quantity": 1}],
    }
    made = through("POST", f"v2/orders/{order}/shipments", shipment, expected=(201,))
    if made:
        through("GET", f'v2/orders/{order}/shipments/{made["id"]}')
    through("GET", f"v2/orders/{order}/shipments")
    through("PUT", f"v2/orders/{order}", {"status_id": 2})
    through("GET", f"v2/orders/{order}")

    counters = json.loads(call(sandbox, "GET", "/_sandbox/requests")[2])["counts"]["counters"]
    called = {(one["method"], one["template"]) for one in counters}
    with open(routes, encoding="utf-8") as source:
        text = source.read()
    table = text[text.index("static ROUTES") :]
    there = {("GET", path) for path in re.findall(r'(?:get|kept)\("([^"]+)"', table)}
    there |= set(re.findall(r'route\("([A-Z]+)", "([^"]+)"', table))
    for method, path in sorted(there - called - UNDESCRIBED.keys()):
        print(f"   WRONG: {method} {path} was not called")
        wrong += 1
    for (method, path), why in UNDESCRIBED.items():
        print(f"   left out: {method} {path}, {why}")
    print(f"   {calls} calls of {len(there & called)} endpoints, {wrong} wrong")
    return not wrong and bool(there)


def unshipped(sandbox):
    """An order that waits for shipment, with a physical line of it."""
    for order in json.loads(call(sandbox, "GET", STORE + "v2/orders?status_id=11&limit=50")[2]):
        for line in json.loads(call(sandbox, "GET", STORE + f'v2/orders/{order["id"]}/products')[2]):
            if line["type"] == "physical" and line["quantity"] > line["quantity_shipped"]:
                return order["id"], line
    raise SystemExit("   WRONG: no order waits for shipment")


def shipped(sandbox):
    for order in json.loads(call(sandbox, "GET", STORE + "v2/orders?status_id=2&limit=50")[2]):
        text = call(sandbox, "GET", STORE + f'v2/orders/{order["id"]}/shipments')[2]
        if text:
            return order["id"], json.loads(text)[0]["id"]
    raise SystemExit("   WRONG: no order is shipped")


def mistakes(prism, sandbox):
    order, shipment = shipped(sandbox)
    product = json.loads(call(sandbox, "GET", STORE + "v3/catalog/products?limit=1")[2])["data"][0]["id"]
    missed = 0

    def expect(noticed, what):
        nonlocal missed
        if not noticed:
            print(f"   WRONG: Prism does not notice {what}")
            missed += 1

    for target, pointer in WRONG_TYPES:
        target = target.format(shipped=order, shipment=shipment, product=product)
        before = call(prism, "GET", STORE + target)
        fault = {"fault": {"kind": "rewrite", "pointer": pointer, "value": {"wrong": True}}}
        call(sandbox, "POST", "/_sandbox/faults", fault)
        status, marked, text = call(prism, "GET", STORE + target)
        call(sandbox, "DELETE", "/_sandbox/faults")
        what = f"a wrong type at {pointer} of {target}"
        expect(before[0] == 200 and status == 500 and "VIOLATIONS" in text, what)
    for method, target, body in WRONG_REQUESTS:
        status, _, text = call(prism, method, STORE + target, body)
        expect(status == 422 and PRISM in text, f"that {method} {target} {body or ''} is not allowed")
    expect(call(prism, "GET", STORE + "v2/store", token=None)[0] == 401, "that the token is missing")
    planted = len(WRONG_TYPES) + len(WRONG_REQUESTS) + 1
    print(f"   {planted} mistakes planted, {planted - missed} noticed")
    return not missed


job = {"recorded": recorded, "endpoints": endpoints, "mistakes": mistakes}[sys.argv[1]]
sys.exit(0 if job(*sys.argv[2:]) else 1)
