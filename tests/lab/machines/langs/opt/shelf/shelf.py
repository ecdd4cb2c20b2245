"""Books of a shelf, from a database of SQLite."""

import os
import sqlite3


def application(environ, start_response):
    database = sqlite3.connect(os.environ["SHELF_DATABASE"])
    if environ["PATH_INFO"] == "/":
        (number,) = database.execute("SELECT count(*) FROM books").fetchone()
        last = database.execute("SELECT title FROM books ORDER BY id DESC").fetchone()[0]
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{number} books, the last: {last}\n".encode()]
    start_response("404 Not Found", [("Content-Type", "text/plain")])
    return [b"no such page\n"]
