"""The settings of the web application: each one line, its default, its environment variable."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from parindex.web.embedded import Embedded


def _yes(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "yes", "true"}


def _secret(folder: Path) -> str:
    """The secret key: kept in the data folder, made at the first start."""
    file = folder / "secret-key"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def database(url: str) -> dict[str, Any]:
    """Django's settings of a PostgreSQL address, a socket folder as ``?host=`` among them."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 4, "timeout": 10}, **query},
        "CONN_HEALTH_CHECKS": True,
        # The pool holds a connection open; a transaction is the length of one action.
        "ATOMIC_REQUESTS": False,
    }


def oidc(environment: Mapping[str, str]) -> dict[str, Any]:
    """The settings for allauth of the one identity provider that the environment names, if any."""
    if not environment.get("PARINDEX_OIDC_ISSUER"):
        return {}
    app = {
        "provider_id": "oidc",
        "name": environment.get("PARINDEX_OIDC_NAME", "OpenID Connect"),
        "client_id": environment["PARINDEX_OIDC_CLIENT_ID"],
        "secret": environment.get("PARINDEX_OIDC_SECRET", ""),
        "settings": {"server_url": environment["PARINDEX_OIDC_ISSUER"]},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def mail(url: str, folder: Path) -> dict[str, Any]:
    """Django's settings of a mail server, smtp: or smtps:; without one, a folder of files."""
    if not url:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": folder,
        }
    parts = urlsplit(url)
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and parts.hostname not in {None, "localhost"},
        "EMAIL_TIMEOUT": 20,
    }


# Where everything is kept: the embedded database, evidence, keys, the file mailbox.
DATA: Final = Path(os.environ.get("PARINDEX_DATA", "data")).resolve()
# PARINDEX_DATABASE_URL names a served PostgreSQL; without it there is the embedded one.
EMBEDDED: Final = None if os.environ.get("PARINDEX_DATABASE_URL") else Embedded(DATA / "postgres")
DATABASE_URL: Final = EMBEDDED.url() if EMBEDDED else os.environ["PARINDEX_DATABASE_URL"]
DATABASES = {"default": database(DATABASE_URL)}
# The demonstration alone shows log-ins and fills in their second factor.
DEMO: Final = _yes("PARINDEX_DEMO")
DEBUG = _yes("PARINDEX_DEBUG")
SECRET_KEY = os.environ.get("PARINDEX_SECRET_KEY") or _secret(DATA)
ALLOWED_HOSTS = os.environ.get("PARINDEX_HOSTS", "127.0.0.1,localhost,testserver").split(",")
# The address people type, for links in mail: PARINDEX_ADDRESS.
ADDRESS: Final = os.environ.get("PARINDEX_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
SECURE: Final = ADDRESS.startswith("https://")
CSRF_TRUSTED_ORIGINS = [ADDRESS]

EVIDENCE_FOLDER: Final = DATA / "evidence"
KEYS_FOLDER: Final = DATA / "keys"
CHECKPOINT_FOLDER: Final = DATA / "checkpoints"
# Certificates that signatures in evidence may lead to: a folder of PEM files.
TRUSTED_ROOTS: Final = os.environ.get("PARINDEX_TRUSTED_ROOTS", "")
# Own rulebooks, beside those shipped.
RULEBOOKS: Final = tuple(
    Path(one) for one in os.environ.get("PARINDEX_RULEBOOKS", "").split(os.pathsep) if one
)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "parindex.web.journal",
    "parindex.web.people",
    "parindex.web.reference",
    "parindex.web.assessment",
    "parindex.web.fieldwork",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "parindex.web.headers.Headers",
    # Those who answer go no further: no session, no cookie, no account.
    "parindex.web.answering.lean.Lean",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "parindex.web.headers.VietnameseFirst",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "parindex.web.headers.SessionEnds",
    "django_htmx.middleware.HtmxMiddleware",
    "parindex.web.desk.frame.DeskMiddleware",
]
ROOT_URLCONF = "parindex.web.urls"
WSGI_APPLICATION = "parindex.web.wsgi.application"
_WEB = Path(__file__).parent
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_WEB / "desk" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parindex.web.desk.context.page",
                *(["parindex.web.demonstration.logins.shown"] if DEMO else []),
            ],
            "builtins": ["parindex.web.desk.templatetags.words"],
        },
    }
]

# Vietnamese first; times are kept in UTC and shown in Asia/Ho_Chi_Minh.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [_WEB / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATICFILES_DIRS = [_WEB / "static", _WEB / "front" / "built"]
# Served from where they are, by the finders; there is nothing to collect.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
# Accounts are made by administrators; people log in by user name, and nobody signs up.
ACCOUNT_ADAPTER = "parindex.web.people.adapter.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# Tries per address and per account; the counts lie in the database, which all workers share.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("PARINDEX_PROXIES", "0"))
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "parindex"
# A minute early or late is the clock of a telephone.
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
# One's own identity provider: matched to an account by verified e-mail, never making one.
SOCIALACCOUNT_ADAPTER = "parindex.web.people.adapter.MatchingAdapter"
SOCIALACCOUNT_PROVIDERS = oidc(os.environ)

# Strict: nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
# Not `no-referrer`: browsers then send forms without their origin, and CSRF refuses them.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SAMESITE = "Lax"
# Half an hour after the last request, or half a day after logging in, whichever is first.
SESSION_COOKIE_AGE = 30 * 60
SESSION_LONGEST: Final = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# PARINDEX_SMTP_URL names a mail server; without one, mail is written to a folder of files.
globals().update(mail(os.environ.get("PARINDEX_SMTP_URL", ""), DATA / "mailbox"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("PARINDEX_MAIL_FROM", "parindex@localhost")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "parindex_cache",
    }
}
# Jobs lie in the same database; tasks.py of each app, and those of the ground itself.
PROCRASTINATE_IMPORT_PATHS = ["parindex.web.jobs"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
