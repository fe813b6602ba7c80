"""32 people who book at once on SQLite, for a minute: nobody is turned away."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._measure import OUT


def main() -> int:
    """Run in a process of its own: the database is another one than for other areas."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{Path(folder) / 'writers.sqlite3'}"
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "mesoclinic.settings",
        }
        command = [sys.executable, "-m", "bench._writers"]
        return subprocess.run(  # noqa: S603
            command, env=environment, cwd=OUT.parent.parent, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
