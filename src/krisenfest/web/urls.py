"""Every address of the server: the site at the top, the desk, health, the exercise's site."""

from __future__ import annotations

from django.urls import include, path, re_path

from krisenfest.web import health, mailbox, sites
from krisenfest.web.events import mail_views

urlpatterns = [
    path("desk/konto/", include("krisenfest.web.accounts.urls")),
    path("desk/static/<path:path>", sites.static),
    path("desk/<slug:slug>/uebung/post/", include("krisenfest.web.events.post_urls"), {"exercise": True}),
    path("desk/<slug:slug>/post/", include("krisenfest.web.events.post_urls")),
    path("", include("krisenfest.web.events.conference_urls")),
    path("desk/", include("krisenfest.web.events.desk_urls")),
    path("", include("krisenfest.web.participation.urls")),
    path("desk/", include("krisenfest.web.desk.urls")),
    path("counter/mails/<str:token>/", mail_views.quiet),
    path("counter/", include("krisenfest.web.events.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("demo/mailbox/", mailbox.mails),
    path("demo/mailbox/<str:name>/<int:number>/", mailbox.mail),
    path("demo/mailbox/<str:name>/<int:number>/html", mailbox.html),
    path("demo/mailbox/<str:name>/<int:number>/<int:part>", mailbox.attachment),
    re_path(r"^uebung/(?P<slug>[a-z0-9-]+)/(?P<path>.*)$", sites.exercise, name="exercise-site"),
    re_path(r"^(?P<path>.*)$", sites.public, name="site"),
]
handler400 = "krisenfest.web.desk.views.bad_request"
handler403 = "krisenfest.web.desk.views.refused"
handler404 = "krisenfest.web.desk.views.not_found"
handler500 = "krisenfest.web.desk.views.failed"
