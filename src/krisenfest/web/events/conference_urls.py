"""The addresses of conferences: within each town's room and its exercise, and the door of the registered."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from krisenfest.web.events import conference_views as views

ROOM = [
    path("<str:record_id>/konferenz/", views.conference, name="conference"),
    path("<str:record_id>/konferenz/probe/", views.try_out, name="conference-try"),
    path("<str:record_id>/konferenz/moderieren/", views.moderate, name="conference-moderate"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/<slug:slug>/uebung/veranstaltungen/", include((ROOM, "exercise-conferences")), {"exercise": True}),
    path("desk/<slug:slug>/veranstaltungen/", include((ROOM, "conferences"))),
    path("counter/konferenz/<str:token>/", views.enter, name="conference-enter"),
]
