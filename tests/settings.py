"""The settings under which tests run: mesoclinic's own, with known keys, without https.

Whatever a developer's `.env` says, tests see these; only DATABASE_URL is taken over.
"""

import os
from tempfile import TemporaryDirectory

os.environ |= {
    "SECRET_KEY": "tests-sign-cookies-with-this-key-of-more-than-fifty-characters",
    "AUDIT_KEY": "tests-chain-the-audit-trail-with-this-key",
    "DEBUG": "false",
    "HTTPS": "false",
    "ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
    "TIME_ZONE": "Europe/London",
    "PHONE_REGION": "GB",
}

from mesoclinic.settings import *  # noqa: E402, F403
from mesoclinic.settings import CACHES, DATABASES, STORAGES  # noqa: E402

# One directory per process: two runs in one working tree do not meet.
_scratch = TemporaryDirectory(prefix="mesoclinic-tests-", ignore_cleanup_errors=True)

if DATABASES["default"]["ENGINE"] == "mesoclinic.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": f"{_scratch.name}/test.sqlite3"}
STATIC_ROOT = _scratch.name
CACHES["papers"]["LOCATION"] = f"{_scratch.name}/papers"
PRINTERS = 1
# A thread that reads the database would meet the end of its test.
PAPER_AHEAD = False
# Hashed names need `collectstatic` first; only `check --deploy` looks at those.
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# Argon2 is slow on purpose, and every test makes users.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
