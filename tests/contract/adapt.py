#!/usr/bin/env python3
"""adapt.py MERGED.json: corrects, one by one, where BigCommerce's OpenAPI files contradict themselves or its API.

Each place is named and checked, so that a corrected or renamed schema makes this script fail instead of hiding
something.
"""

import json
import sys

path = sys.argv[1]
with open(path, encoding="utf-8") as file:
    document = json.load(file)
parameters, schemas = document["components"]["parameters"], document["components"]["schemas"]


def expect(fits, what):
    if not fits:
        sys.exit(f"adapt.py: {what} is not as it was: see whether it still needs to be adapted")


# Looser: a list of numbers is documented ("multiple values as comma-separated"), but one number is declared.
for name in ("VariantIdFilterParam", "ProductIdFilterParam"):
    parameter = parameters[f"inventory_v3__{name}"]
    expect(parameter["schema"] == {"type": "integer"}, name)
    parameter["schema"] = {"type": "array", "items": {"type": "integer"}}
    parameter["style"], parameter["explode"] = "form", False

# Looser: the words of the parameter offer `sort=date_created:desc`, its list of values does not.
sort = parameters["orders_v2_oas2__sort"]
expect(":desc" in sort["description"] and not any(":" in value for value in sort["schema"]["enum"]), "orders' sort")
sort["schema"]["enum"] += [f"{value}:{way}" for value in sort["schema"]["enum"] for way in ("asc", "desc")]

# Stricter: an order holds its consignments or a link to them. Nothing is required of either, so that every object
# is both, which `oneOf` refuses. What makes each of them what it is becomes required.
for name, needed in {
    "orderConsignments_Resource": ["url", "resource"],
    "orderConsignment_Get": ["shipping", "pickups", "downloads", "email"],
    "products_Resource": ["url", "resource"],
}.items():
    schema = schemas[f"orders_v2_oas2__{name}"]
    expect("required" not in schema and set(needed) <= schema["properties"].keys(), name)
    schema["required"] = needed

# Looser: an empty list is a list of lines and a list of links, which `oneOf` refuses.
for name in ("shippingConsignment_Get", "pickupConsignment_Get", "digitalConsignment_Get"):
    schema = schemas[f"orders_v2_oas2__{name}"]
    lines = schema.get("allOf", [schema])[-1]["properties"]["line_items"]
    expect(len(lines.get("oneOf", [])) == 2, name)
    lines["anyOf"] = lines.pop("oneOf")

# Stricter: the variants that a product includes are left out of its answers, although their schema is there.
product = {"type": "object", "properties": {"variants": {"type": "array", "items": {}}}}
product["properties"]["variants"]["items"]["$ref"] = "#/components/schemas/products_catalog_v3__productVariant_Full"
schema = schemas["products_catalog_v3__product_Full"]
expect("products_catalog_v3__productVariant_Full" in schemas and "allOf" in schema, "product_Full")
schema["allOf"].append(product)

with open(path, "w", encoding="utf-8") as file:
    json.dump(document, file)
