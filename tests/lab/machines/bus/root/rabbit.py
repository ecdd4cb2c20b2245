"""Declares a durable queue through the management plug-in and fills it; argument: the password."""

import base64
import json
import sys
import time
import urllib.request

AT = "http://127.0.0.1:15673/api"
LOGIN = base64.b64encode(b"shop:" + sys.argv[1].encode()).decode()


def call(method, path, body):
    asked = urllib.request.Request(AT + path, json.dumps(body).encode(), method=method)
    asked.add_header("Authorization", f"Basic {LOGIN}")
    asked.add_header("Content-Type", "application/json")
    return urllib.request.urlopen(asked, timeout=30).read()


for _ in range(60):
    try:
        call("PUT", "/queues/shop/orders", {"durable": True})
        break
    except OSError:
        time.sleep(1)
for n in range(120):
    message = {
        "properties": {"delivery_mode": 2},
        "routing_key": "orders",
        "payload": f"order {n}",
        "payload_encoding": "string",
    }
    assert json.loads(call("POST", "/exchanges/shop/amq.default/publish", message))["routed"]
