"""What the app consists of, and what every request passes through, in this order; the same in each installation."""

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, which it extends
    "scaling.admin_site.OperatorSiteConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "crispy_forms",
    "django_htmx",
    "rules.apps.AutodiscoverRulesConfig",  # reads every app's rules.py
    "simple_history",
    "procrastinate.contrib.django",  # before ours, which ask it for its app
    "scaling",
    "scaling.accounts",
    "catalogue",
    "assessments",
    "assessments.reports",
]
MIDDLEWARE = [
    "scaling.health.HealthMiddleware",  # first: probes call by address and without https
    "scaling.logs.RequestIdMiddleware",
    # Headers of safety before everything that answers: what is refused on the way in carries them, too.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "scaling.api.problems.ProblemMiddleware",  # in the language found above; whatever answers stands below
    "django.middleware.common.CommonMiddleware",
    "scaling.middleware.PlainRequestMiddleware",
    "scaling.middleware.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "scaling.middleware.PrivateMiddleware",
    "scaling.session.SessionLengthMiddleware",
    "scaling.accounts.single_sign_on.session.SingleSignOnMiddleware",
    "scaling.accounts.sign_ins.LastUseMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "scaling.accounts.languages.language_of_profile",
    "scaling.once.OnceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "scaling.drafts.stored_forms",
    "scaling.trail.events.DownloadMiddleware",
    "scaling.accounts.second_factor.SecondFactorMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "scaling.middleware.ConflictMiddleware",
    "scaling.resending.SignedOutMiddleware",
]
