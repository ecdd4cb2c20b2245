"""Run before the shop starts: folders that it expects, and a check of its settings."""

import os
import sys
from pathlib import Path

missing = [
    name for name in ("DB_HOST", "DB_USER", "DB_PASSWORD", "REDIS_URL") if name not in os.environ
]
if missing:
    sys.exit(f"shop: not set: {', '.join(missing)}")
for name in ("receipts", "tmp"):
    Path(os.environ["STATE_DIRECTORY"], name).mkdir(exist_ok=True)
Path(os.environ["RUNTIME_DIRECTORY"], "prepared").write_text("yes\n")
