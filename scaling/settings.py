"""All settings. What differs between installations comes from environment variables, listed in docs/operation.md, most of them
written in one file (``scaling.common.environment_file``).
"""

import secrets
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from scaling.common import environment_file
from scaling.common.environment import Env
from scaling.common.identity_providers import identity_providers
from scaling.contradictions import contradictions
from scaling.parts import INSTALLED_APPS, MIDDLEWARE  # noqa: F401 – settings, too

from_file = environment_file.load_environment_file()
env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- Kind of installation
DEBUG = env.flag("DEBUG", default=False)
# The demo runs on this machine only and on its own database, makes its own secret key and speaks plain http. ./run asks for it.
DEMO = env.flag("DEMO", default=False)
if not DEMO and not env.is_set("DATABASE_URL"):
    raise ImproperlyConfigured(
        f"DATABASE_URL is not set: name the database in {environment_file.DEFAULT} (docs/operation.md), or start the demo, "
        f"which brings its own: ./run{env.hint('DATABASE_URL')}"
    )
VAR_DIR = env.folder("VAR_DIR", str(BASE_DIR / "var") if DEMO else "/var/lib/skalierungscheck")
# Translations and static files. An installation has them made once, beside the code; the demo makes them as it starts.
BUILD_DIR = BASE_DIR / "build" if not DEMO and (BASE_DIR / "build").is_dir() else VAR_DIR
# Where people reach the app; links in mails begin with it.
SITE_URL = env.address("SITE_URL", "http://127.0.0.1:8000" if DEMO else None)
_host = urlsplit(SITE_URL).hostname or ""


def _demo_secret_key() -> str:
    """A key made once and kept under var/, so that a restart of the demo signs nobody out."""
    path = VAR_DIR / "secret_key"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    except OSError as error:
        raise ImproperlyConfigured(f"Cannot write {path} ({error.strerror}): free some space or set SECRET_KEY.") from error
    return path.read_text()


SECRET_KEY = env.text("SECRET_KEY", "" if DEMO else None) or (_demo_secret_key() if DEMO else "")
if len(SECRET_KEY) < 50 and not DEMO:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters, all random.")
# Earlier ones, after a change: what they signed and encrypted stays good until they are left out.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
THIS_MACHINE = "127.0.0.1,localhost,[::1]"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", THIS_MACHINE if DEMO else _host)
if DEMO and not set(ALLOWED_HOSTS) <= set(THIS_MACHINE.split(",")):
    # Its passwords are printed at every start; forgotten in production, they would open the app to everyone.
    raise ImproperlyConfigured("ALLOWED_HOSTS names another machine, but this is the demo: leave out DEMO (docs/operation.md).")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

# --- Parts
ROOT_URLCONF = "scaling.urls"
WSGI_APPLICATION = "scaling.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [VAR_DIR / "templates", BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "scaling.context_processors.site",
            ],
            "builtins": ["scaling.templatetags.remembered_i18n", "django.templatetags.static", "scaling.templatetags.site"],
            "libraries": {"i18n": "scaling.templatetags.remembered_i18n"},
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "kern"
CRISPY_TEMPLATE_PACK = "kern"

# --- Data
# The demo's manage.py and the tests put the embedded server's address here; the default lets tools that need no data read this.
DATABASES = {"default": env.database("DATABASE_URL", "postgresql:///skalierungscheck")}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_CONN_MAX_AGE", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Statements that come again are prepared: to plan them anew would be half of what the database does for a page. Django leaves
# this off by default for the sake of old connection poolers.
if env.flag("DATABASE_PREPARE", default=True):
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 3}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Shared by all workers on all hosts: allauth counts in it how often new passwords and codes are asked for.
# Django's own limit of 300 entries would let somebody with many addresses push those counts out.
CACHE_URL = env.cache("CACHE_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 5},  # seconds
    }
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "scaling.accounts.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
#: The page of a municipality, for the layers below the one that has it.
MUNICIPALITY_PAGE = "reports:municipality"
LOGOUT_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "scaling.resending.csrf_failure"
ACCOUNT_ADAPTER = "scaling.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts come from people who know the address, never from open registration
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {
    "login": "scaling.accounts.sign_in_forms.LoginForm",
    "reset_password": "scaling.accounts.sign_in_forms.ResetPasswordForm",
}
ACCOUNT_PREVENT_ENUMERATION = True
# How often, and within how many seconds: sign-ins from one network address, failed ones from it, failed ones for one account,
# wrong codes of one person (scaling.accounts.attempts). allauth's own limits of signing in would cost 56 queries more, those of
# a second factor 24; its others stay.
SIGN_IN_LIMITS = {"address": (30, 60), "failed_address": (10, 60), "failed_account": (5, 300), "failed_code": (5, 300)}
# Answers of passkeys, right or wrong: there is nothing to guess, and a whole town hall is one network address.
SIGN_IN_LIMITS |= {"passkey": (60, 60)}
# The same for the API: requests with one key, and keys that open nothing from one network address.
API_LIMITS = {"key": (300, 60), "failed_address": (30, 600)}
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": ""}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = None
# Who has set up a second factor, or changed a password, is told by mail.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds for which somebody has not to show again that it is them
# Without it everyone behind the proxy would share one limit of sign-ins, and one person could lock all others out.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0 if DEMO else 1)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""  # allauth would put the host's name in brackets before every subject

# --- Accounts of the town hall (OpenID Connect)
IDENTITY_PROVIDERS = identity_providers(env)
SOCIALACCOUNT_ADAPTER = "scaling.accounts.single_sign_on.adapters.SocialAdapter"
# A link leads there, not a form: our CSP would not let a form's answer lead to another host.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # who an address is here decides scaling.accounts.single_sign_on.admission

# --- Second factor
MFA_ADAPTER = "scaling.accounts.second_factor.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": ""}  # counted by our forms (SIGN_IN_LIMITS)
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations; allauth's own list of them stays empty
MFA_TOTP_ISSUER = "Skalierungscheck"
# Browsers take passkeys on this machine without https, by its name localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO
MFA_FORMS = {
    "authenticate": "scaling.accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "scaling.accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "scaling.accounts.second_factor_forms.ActivateForm",
    "deactivate_totp": "scaling.accounts.second_factor_forms.DeactivateForm",
    "generate_recovery_codes": "scaling.accounts.second_factor_forms.GenerateCodesForm",
    "add_webauthn": "scaling.accounts.second_factor_forms.AddKeyForm",
    "edit_webauthn": "scaling.accounts.second_factor_forms.EditKeyForm",
    "login_webauthn": "scaling.accounts.second_factor_forms.SignInKeyForm",
    "authenticate_webauthn": "scaling.accounts.second_factor_forms.AuthenticateKeyForm",
    "reauthenticate_webauthn": "scaling.accounts.second_factor_forms.ReauthenticateKeyForm",
}
# Where somebody still gets who has to set one up first, by name, beside allauth's pages: out, and to what everybody may read.
OPEN_WITHOUT_SECOND_FACTOR = {
    *("openid_connect_login", "openid_connect_callback", "provider_signed_out"),
    *("account", "sign_ins", "sign_in_end", "sign_ins_end", "theme", "set_language", "session"),
    *("imprint", "privacy", "accessibility", "feedback"),
}
# The operator demands one of these roles (operator, curator, manager, team, reader) from that day on; a municipality's managers
# may demand it of more.
SECOND_FACTOR_ROLES = env.some_of("SECOND_FACTOR_ROLES", ["operator", "curator", "manager", "team", "reader"])
SECOND_FACTOR_DUE = env.day("SECOND_FACTOR_DUE")
if SECOND_FACTOR_ROLES and SECOND_FACTOR_DUE is None:
    raise ImproperlyConfigured("SECOND_FACTOR_ROLES needs a day: set SECOND_FACTOR_DUE, such as 2026-12-31.")

# --- Mail
vars().update(env.email("EMAIL_URL", "consolemail://" if DEMO else None))
DEFAULT_FROM_EMAIL = env.sender("DEFAULT_FROM_EMAIL", f"Skalierungscheck <skalierungscheck@{_host}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who is told of errors, by a mail each.
ADMINS = [(address, address) for address in env.mailboxes("ERROR_MAIL_TO")]
EMAIL_TIMEOUT = 10  # seconds: a mail server that hangs may not hold a worker

# --- Language
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("Deutsch")), ("en", _("Englisch"))]
# Compiled from locale/ (scaling.common.translations).
LOCALE_PATHS = [BUILD_DIR / "locale"]
FORMAT_MODULE_PATH = "scaling.formats"
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
MODELTRANSLATION_DEFAULT_LANGUAGE = "de"
MODELTRANSLATION_LANGUAGES = ("de", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("de",)
MODELTRANSLATION_CUSTOM_FIELDS = ("ArrayField",)

# --- Files
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BUILD_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# Nobody but the app itself reads what people bring.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# What a project's files may take together; its people see how much is left before they bring one.
EVIDENCE_PROJECT_MB = env.number("EVIDENCE_PROJECT_MB", 500, lowest=10)
# ClamAV's daemon, and the function that is given each file and returns a complaint or None: "package.module.function"
CLAMD = env.clamd("CLAMD")
EVIDENCE_SCANNER = env.text("EVIDENCE_SCANNER", "scaling.common.clamav.scan" if CLAMD else "")
# Beside http and https: what the document system's addresses begin with (enaio, d3). None that a browser would run.
EVIDENCE_SCHEMES = env.schemes("EVIDENCE_SCHEMES")
# Where the daily backup goes (manage.py timer backup), how long it stays, and the public keys it is encrypted for, if any.
BACKUP_DIR = env.folder("BACKUP_DIR", str(VAR_DIR / "backups") if DEMO else "/var/backups/skalierungscheck")
BACKUP_KEEP_DAYS = env.number("BACKUP_KEEP_DAYS", 30, lowest=1)
BACKUP_RECIPIENTS = env.words("BACKUP_RECIPIENTS")
# Somebody has seen to it that each goes to another machine: the doctor reminds of it no more.
BACKUP_COPIED = env.flag("BACKUP_COPIED", default=False)
# For how many days what is kept (manage.py apply_retention); 0 for good, where it is allowed.
HISTORY_KEEP_DAYS = env.number("HISTORY_KEEP_DAYS", 3650)
SIGN_INS_KEEP_DAYS = env.number("SIGN_INS_KEEP_DAYS", 90)
DOWNLOADS_KEEP_DAYS = env.number("DOWNLOADS_KEEP_DAYS", 730)
INVITATIONS_KEEP_DAYS = env.number("INVITATIONS_KEEP_DAYS", 180)
WORKSHOPS_KEEP_DAYS = env.number("WORKSHOPS_KEEP_DAYS", 30, lowest=1)
EXPORT_KEEP_DAYS = env.number("EXPORT_KEEP_DAYS", 7, lowest=1)
# Uploads lie in VAR_DIR/media, or, where several hosts serve, in a bucket that all of them reach.
OBJECT_STORAGE = env.object_storage("UPLOADS_URL")
STORAGES = {
    "default": {"BACKEND": "scaling.object_storage.ObjectStorage", "OPTIONS": OBJECT_STORAGE}
    if OBJECT_STORAGE
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "scaling.static_files.StaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Safety
# Nothing from another host, nothing inline; data: is KERN's icons.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token; no script reads the cookie
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = not DEMO
SESSION_ENGINE = "scaling.session_store"
SESSION_COOKIE_AGE = env.number("SESSION_COOKIE_AGE", 60 * 60 * 24 * 14, lowest=300)
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 0 if DEMO else 60 * 60 * 24 * 365)
if not DEMO:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# Whether a domain enters the browsers' preload list is its owner's choice, not ours.
# W003 tells that {% load i18n %} finds our module, which is meant; a test tells of filters and tags of one name.
SILENCED_SYSTEM_CHECKS = ["security.W021", "templates.W003"]
# Bytes of a whole request; a file as evidence may have 10 MB. Beyond it nothing is read, so nobody fills the disk.
MAX_BODY_BYTES = 12 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # the table of 200 criteria has a dozen fields a row

# --- Work that no request waits for
PROCRASTINATE_IMPORT_PATHS = ["assessments.reports.rendering.tasks", "scaling.common.mail", "scaling.privacy.exports"]
# Renders, and sends mails, in the request itself: for tests that are about something else. All others have a worker.
PDF_AT_ONCE = False
MAILS_AT_ONCE = False

# --- Look
# The header bar of the national design system is for public bodies only (docs/operation.md).
SHOW_NATIONAL_HEADER = env.flag("SHOW_NATIONAL_HEADER", default=False)

# Named on the obligatory pages; their whole texts can be replaced by templates under VAR_DIR/templates/pages/.
OPERATOR = {
    "NAME": env.text("OPERATOR_NAME", ""),
    "ADDRESS": env.text("OPERATOR_ADDRESS", ""),
    "EMAIL": env.text("OPERATOR_EMAIL", ""),
    "DATA_PROTECTION": env.text("OPERATOR_DATA_PROTECTION", ""),
    "ENFORCEMENT": env.text("OPERATOR_ENFORCEMENT", ""),
    "STATEMENT_ON": env.text("ACCESSIBILITY_STATEMENT_ON", ""),
}

# Whom security.txt names to be told of a hole: an address of a page or of a mailbox; the operator's where nothing is set.
SECURITY_CONTACT = env.contact("SECURITY_CONTACT", OPERATOR["EMAIL"])

# Figures for a monitoring at /metrics; the proxy keeps them to those who may see them.
METRICS = env.flag("METRICS", default=False)

# --- Logging
LOG_LEVEL = env.choice("LOG_LEVEL", ["warning", "info", "debug", "error", "critical"]).upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "scaling.logs.LineFormatter"}, "json": {"()": "scaling.logs.JsonFormatter"}},
    "filters": {"secrets": {"()": "scaling.common.log_secrets.SecretsFilter"}, "request": {"()": "scaling.logs.RequestFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("LOG_FORMAT", ["line", "json"]),
            "filters": ["secrets", "request"],
        },
        # One mail an error, to whoever runs this; nobody unless named.
        "mail": {
            "class": "scaling.logs.ErrorMail",
            "level": "ERROR",
            "formatter": "line",
            "filters": ["secrets", "request"],
        },
    },
    # Who signs in and who fails to, for fail2ban and the like, whatever the level of everything else.
    # Django's own handlers go: one of them would send a second mail, with the whole request.
    "loggers": {"signin": {"level": "INFO"}, "django": {"handlers": []}},
    "root": {"handlers": ["console", "mail"] if ADMINS else ["console"], "level": LOG_LEVEL},
}

# --- Does it fit together?
for _name, _module in (("UPLOADS_URL", "storages"), ("CACHE_URL", "redis")):
    if env.is_set(_name) and find_spec(_module) is None:
        raise ImproperlyConfigured(f"{_name} is set, but what it needs is not installed: run deploy/install again.")
env.asked_for |= {"PORT", "WEB_WORKERS", "WEB_THREADS", environment_file.FILE}  # read elsewhere
if wrong := env.unknown(from_file):
    raise ImproperlyConfigured("\n".join(wrong))
# By name, for a backup to say what an installation built anew needs.
VARIABLES_SET = sorted(name for name in env.asked_for if env.is_set(name))
# By name, what tells whether it has changed, and nothing of what it says (scaling.trail.environment).
VARIABLES_MARKED = env.marked
# Variables of the process may belong to others: those that are nearly one of ours are only told, by the doctor. Not looked for
# at each start, since every name is compared with every other.
MISSPELT_VARIABLES = env.misspelt
if (
    wrong := []
    if DEMO
    else contradictions(
        site_url=SITE_URL,
        allowed_hosts=ALLOWED_HOSTS,
        trusted_origins=CSRF_TRUSTED_ORIGINS,
        proxies=ALLAUTH_TRUSTED_PROXY_COUNT,
        mail_is_printed=env.text("EMAIL_URL").startswith("consolemail:"),
        secret_key=SECRET_KEY,
        debug=DEBUG,
    )
):
    raise ImproperlyConfigured("\n".join(wrong))
