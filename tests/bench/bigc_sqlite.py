"""The same reads with PyPI's bigc, into SQLite: one table for products, one for inventory."""

import json
import os
import sqlite3

import bigc.api_client as client
from bigc import BigCommerceAPI

base = os.environ["BASE"]
client.BigCommerceV2APIClient._prepare_url = lambda self, path: f"{base}/v2{path}"
client.BigCommerceV3APIClient._prepare_url = lambda self, path: f"{base}/v3{path}"
api = BigCommerceAPI(store_hash="bench", access_token=os.environ["TOKEN"])

database = sqlite3.connect(os.environ["OUT"] + ".db")
database.execute("CREATE TABLE products (id INTEGER PRIMARY KEY, document TEXT)")
database.execute("CREATE TABLE inventory (id INTEGER PRIMARY KEY, document TEXT)")
rows = api.api_v3.get_many("/catalog/products", params={"include": "variants"})
database.executemany("INSERT INTO products VALUES (?, ?)", ((row["id"], json.dumps(row)) for row in rows))
rows = api.api_v3.get_many("/inventory/items")
database.executemany(
    "INSERT INTO inventory VALUES (?, ?)", ((row["identity"]["variant_id"], json.dumps(row)) for row in rows)
)
database.commit()
