#!/opt/shop/venv/bin/python
"""Removes files under /var/lib/shop/tmp that are older than a day."""

import time
from pathlib import Path

for path in Path("/var/lib/shop/tmp").glob("*"):
    if path.is_file() and path.stat().st_mtime < time.time() - 86400:
        path.unlink()
