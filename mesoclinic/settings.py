"""All settings, read from the environment or from `.env`; `.env.example` lists each.

Without SECRET_KEY or AUDIT_KEY nothing starts: a key with a default is a known key.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.conf import global_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY")
AUDIT_KEY = env.str("AUDIT_KEY")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
# Off only where something else ends TLS or there is none, as on loopback.
HTTPS = env.bool("HTTPS", default=not DEBUG)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "phonenumber_field",
    "mesoclinic",
    "protocols",
    "patients",
    "sessions",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "mesoclinic.middleware.refuse_unreadable_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "mesoclinic.middleware.keep_out_of_caches",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Last, so that it sees the outcome of every sign-in.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "mesoclinic.urls"
WSGI_APPLICATION = "mesoclinic.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mesoclinic.access.permissions_in_templates",
                "sessions.schedule.context.clinic_in_templates",
            ],
        },
    },
]
# Lets templates/ hold our own widgets.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database ---------------------------------------------------------------

DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Measured with 32 writers: without IMMEDIATE, 90 of 96 found it locked.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
    # Django's, with writers in a queue.
    DATABASES["default"]["ENGINE"] = "mesoclinic.sqlite"
    # A file, so that threads of one test run see one database, as in a clinic.
    DATABASES["default"]["TEST"] = {"NAME": str(BASE_DIR / "var" / "test.sqlite3")}
# A request that finds a connection open answers 5 to 10 ms sooner.
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# SQLite leaves out the columns that an index carries along; it finds as much by it.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Time and language ------------------------------------------------------

# The zone of a new site, and of moments that belong to no site.
TIME_ZONE = env.str("TIME_ZONE", default="Europe/London")
USE_TZ = True
LANGUAGE_CODE = "en-gb"
USE_I18N = True
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", default="GB")
PHONENUMBER_DB_FORMAT = "E164"

# What a patient may prefer to read: every language that Django can name, by its ISO 639
# code. In which of them there is a leaflet is the clinic's list.
PATIENT_LANGUAGES = [
    ("en", "English"),
    *sorted(
        (
            (code, name)
            for code, name in global_settings.LANGUAGES
            if "-" not in code and code != "en"
        ),
        key=lambda language: language[1],
    ),
]

# --- Accounts ---------------------------------------------------------------

AUTH_USER_MODEL = "mesoclinic.User"
AUTHENTICATION_BACKENDS = [
    # First: a locked-out name is refused before its password is looked at.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "mesoclinic.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60  # seconds; signing asks again after it
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # axes counts these, in the database
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "mesoclinic.accounts.attempted_username"
AXES_LOCKOUT_TEMPLATE = "account/lockout.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# The one password of the demo sign-ins; made up by seed_demo when empty.
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")

SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: a long clinic day
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- Browser ----------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": [],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A recording form with 60 points has some 250 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes
# Only photographs of a sheet are uploaded, one at a time; see mesoclinic/uploads.py.
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_HANDLERS = [
    "mesoclinic.uploads.CutOff",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Paper ------------------------------------------------------------------

# Finished documents, by a hash of what they say; shared by all processes.
PAPERS_DIR = env.path("PAPERS_DIR", default=str(BASE_DIR / "var" / "papers"))
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "papers": {
        "BACKEND": "mesoclinic.pdf.folder.PaperFolder",
        "LOCATION": str(PAPERS_DIR),
        "TIMEOUT": 7 * 24 * 60 * 60,  # seconds
        "OPTIONS": {"MAX_ENTRIES": 5000},
    },
}
# Child processes that make documents, for each process of the server; 80 MB each.
PRINTERS = env.int("PRINTERS", default=2)
# Documents are made when a plan is saved or signed, before anybody asks for them.
PAPER_AHEAD = env.bool("PAPER_AHEAD", default=True)

# --- Static files -----------------------------------------------------------

_PACKAGES = BASE_DIR / "node_modules"
_FONTS = _PACKAGES / "@expo-google-fonts"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Named one by one: all of node_modules would be a hundred megabytes.
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", _PACKAGES / "bootstrap" / "dist" / "css"),
    ("vendor/noto-sans-400", _FONTS / "noto-sans" / "400Regular"),
    ("vendor/noto-sans-600", _FONTS / "noto-sans" / "600SemiBold"),
    ("vendor/ibm-plex-sans-arabic-400", _FONTS / "ibm-plex-sans-arabic" / "400Regular"),
    (
        "vendor/ibm-plex-sans-arabic-600",
        _FONTS / "ibm-plex-sans-arabic" / "600SemiBold",
    ),
    ("vendor/noto-sans-hebrew-400", _FONTS / "noto-sans-hebrew" / "400Regular"),
    ("vendor/noto-sans-hebrew-600", _FONTS / "noto-sans-hebrew" / "600SemiBold"),
    ("vendor/noto-sans-math-400", _FONTS / "noto-sans-math" / "400Regular"),
    ("vendor/noto-sans-symbols-400", _FONTS / "noto-sans-symbols-2" / "400Regular"),
    ("vendor/noto-emoji-400", _FONTS / "noto-emoji" / "400Regular"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# --- Log --------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
