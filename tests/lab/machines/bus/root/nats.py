"""JetStream over NATS's own protocol, which is text: fills a stream, or says what streams hold."""

import json
import socket
import sys
import time


def ask(wire, subject, body=b""):
    wire.write(b"PUB %s answers %d\r\n%s\r\n" % (subject.encode(), len(body), body))
    wire.flush()
    while True:
        line = wire.readline()
        if line.startswith(b"MSG"):
            return json.loads(wire.read(int(line.split()[-1]) + 2))
        if line.startswith(b"PING"):
            wire.write(b"PONG\r\n")
            wire.flush()
        if not line or line.startswith(b"-ERR"):
            raise SystemExit(line.decode())


def connect():
    for _ in range(60):
        try:
            wire = socket.create_connection(("127.0.0.1", 4333), 10).makefile("rwb")
            wire.readline()
            wire.write(b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB answers 1\r\n')
            return wire
        except OSError:
            time.sleep(1)
    raise SystemExit("nats-server does not answer")


wire = connect()
if sys.argv[1:] == ["fill"]:
    stream = {"name": "ORDERS", "subjects": ["orders.*"], "storage": "file", "num_replicas": 1}
    print(ask(wire, "$JS.API.STREAM.CREATE.ORDERS", json.dumps(stream).encode()))
    for n in range(150):
        assert ask(wire, f"orders.{n % 5}", b'{"order":%d}' % n)["seq"] == n + 1
for name in ask(wire, "$JS.API.STREAM.NAMES").get("streams") or ():
    state = ask(wire, f"$JS.API.STREAM.INFO.{name}")["state"]
    print(name, state["messages"], state["first_seq"], state["last_seq"])
