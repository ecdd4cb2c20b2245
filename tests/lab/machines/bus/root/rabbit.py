"""Gives the broker of the machine its queue, once it is up for the first time (its database is tied
to the machine's name, so nothing can be made before); argument: the password of its management."""

import base64
import json
import sys
import urllib.request

AT = "http://127.0.0.1:15673/api"
LOGIN = base64.b64encode(b"shop:" + sys.argv[1].encode()).decode()


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(AT + path, data, method=method)
    asked.add_header("Authorization", f"Basic {LOGIN}")
    asked.add_header("Content-Type", "application/json")
    return urllib.request.urlopen(asked, timeout=30).read()


if "shop" not in {host["name"] for host in json.loads(call("GET", "/vhosts"))}:
    call("PUT", "/vhosts/shop", {})
    call("PUT", "/permissions/shop/shop", {"configure": ".*", "write": ".*", "read": ".*"})
    limit = {"pattern": "^orders", "definition": {"max-length": 5000}, "apply-to": "queues"}
    call("PUT", "/policies/shop/limited", limit)
    call("PUT", "/queues/shop/orders", {"durable": True})
    for n in range(120):
        message = {
            "properties": {"delivery_mode": 2},
            "routing_key": "orders",
            "payload": f"order {n}",
            "payload_encoding": "string",
        }
        answer = call("POST", "/exchanges/shop/amq.default/publish", message)
        assert json.loads(answer)["routed"]
