# mypy: ignore-errors
"""The shop: a small WSGI application over PostgreSQL, Redis and a folder of receipts."""

import html
import json
import os
from pathlib import Path

import psycopg
import redis

RECEIPTS = Path(os.environ.get("STATE_DIRECTORY", "/var/lib/shop")) / "receipts"


def items():
    """Every item, ordered by id."""
    with psycopg.connect(
        host=os.environ["DB_HOST"],
        dbname=os.environ["DB_NAME"],
        user=os.environ["DB_USER"],
        password=os.environ["DB_PASSWORD"],
        connect_timeout=5,
    ) as connection:
        rows = connection.execute("SELECT id, name, price::text FROM items ORDER BY id")
        return [{"id": i, "name": name, "price": price} for i, name, price in rows]


def page(path):
    """Status, content type and body of a path."""
    if path == "/":
        rows = "".join(
            f"<tr><td>{i['id']}<td>{html.escape(i['name'])}<td>{i['price']}\n" for i in items()[:20]
        )
        return (
            "200 OK",
            "text/html",
            f"<!doctype html>\n<title>Shop</title>\n<table>\n{rows}</table>\n",
        )
    if path == "/items.json":
        return "200 OK", "application/json", json.dumps(items()) + "\n"
    if path == "/motto":
        store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)
        return "200 OK", "text/plain", f"{store.get('shop:motto')}\n"
    if path.startswith("/receipts/") and path[10:].isdigit():
        receipt = RECEIPTS / f"{path[10:]}.txt"
        if receipt.exists():
            return "200 OK", "text/plain", receipt.read_text()
    if path == "/healthz":
        return "200 OK", "text/plain", "ok\n"
    return "404 Not Found", "text/plain", "no such page\n"


def application(environ, start_response):
    """WSGI entry point."""
    status, kind, body = page(environ["PATH_INFO"])
    data = body.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]
