"""The smallest interface: what it is, and which part of it was asked."""


def application(environ, start_response):
    """Answer in plain text."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"from Python, {environ['PATH_INFO']}\n".encode()]
