"""The peer of the counter: what a Django application does who has read the manual. Run by gunicorn.

One transaction a registration: lock the event's row, look whether a place is left, write the registration and the mail
that is to be sent, count the place. PEER_DATABASE_URL names a PostgreSQL; `python plain_django.py` makes the tables.
"""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from urllib.parse import urlsplit

import django
from django.conf import settings

URL = urlsplit(os.environ["PEER_DATABASE_URL"])
settings.configure(
    SECRET_KEY="peer",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": URL.path.strip("/"),
            "USER": URL.username,
            "HOST": URL.hostname,
            "PORT": URL.port,
            "CONN_MAX_AGE": None,
        }
    },
)
django.setup()

from django import forms  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402


class Event(models.Model):
    capacity = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "peer"


class Registration(models.Model):
    event = models.ForeignKey(Event, on_delete=models.CASCADE)
    state = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    email = models.EmailField()
    organisation = models.CharField(max_length=200, blank=True)
    asked = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "peer"
        constraints = (models.UniqueConstraint(fields=("event", "email"), name="once"),)


class Mail(models.Model):
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE)
    purpose = models.CharField(max_length=20)
    secret = models.CharField(max_length=64)
    due = models.DateTimeField()

    class Meta:
        app_label = "peer"


class RegistrationForm(forms.ModelForm):
    class Meta:
        model = Registration
        fields = ("name", "email", "organisation")


def register(request: object, pk: int) -> HttpResponse:
    form = RegistrationForm(request.POST)  # type: ignore[attr-defined]
    if not form.is_valid():
        return HttpResponse(str(form.errors), status=422)
    secret = secrets.token_urlsafe(24)
    with transaction.atomic():
        event = Event.objects.select_for_update().get(pk=pk)
        if not Registration.objects.filter(event=event, email=form.cleaned_data["email"]).exists():
            registration = form.save(commit=False)
            registration.event, registration.asked = event, timezone.now()
            registration.digest = sha256(secret.encode()).hexdigest()
            registration.state = "held" if event.taken < event.capacity else "queued"
            registration.save()
            Mail.objects.create(registration=registration, purpose="confirm", secret=secret, due=timezone.now())
            if registration.state == "held":
                event.taken += 1
                event.save(update_fields=["taken"])
    return redirect("/thanks/")


urlpatterns = [path("events/<int:pk>/register/", register)]
application = get_wsgi_application()

if __name__ == "__main__":
    with connection.schema_editor() as editor:
        for model in (Event, Registration, Mail):
            editor.create_model(model)
    print(*(Event.objects.create(capacity=int(os.environ["PEER_CAPACITY"])).pk for _ in range(2)))
