"""The counter's addresses for registrations; the site's forms go here."""

from __future__ import annotations

from django.urls import path

from krisenfest.web.events import personal_views, views

EVENT = "veranstaltungen/<str:record_id>/"

urlpatterns = [
    path("anmeldung/<str:secret>/", personal_views.personal, name="registration"),
    path("anmeldung/<str:secret>/aendern/", personal_views.change, name="registration-change"),
    path("anmeldung/<str:secret>/daten.json", personal_views.data, name="registration-data"),
    path(EVENT, views.form, {"slug": "", "exercise": False}),
    path(f"{EVENT}<str:answer>/", views.answered, {"slug": "", "exercise": False}),
    path(f"<slug:slug>/{EVENT}", views.form, {"exercise": False}),
    path(f"<slug:slug>/{EVENT}<str:answer>/", views.answered, {"exercise": False}),
    path(f"<slug:slug>/uebung/{EVENT}", views.form, {"exercise": True}),
    path(f"<slug:slug>/uebung/{EVENT}<str:answer>/", views.answered, {"exercise": True}),
]
