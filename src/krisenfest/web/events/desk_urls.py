"""The organisers' addresses within each town's room, and the same for its exercise."""

from __future__ import annotations

from django.urls import include, path

from krisenfest.web.events import desk_views

ROOM = [
    path("", desk_views.events, name="events"),
    path("<str:record_id>/", desk_views.event, name="event"),
    path("<str:record_id>/ausgabe.csv", desk_views.export, name="export"),
]

urlpatterns = [
    path("<slug:slug>/uebung/veranstaltungen/", include((ROOM, "exercise-events")), {"exercise": True}),
    path("<slug:slug>/veranstaltungen/", include((ROOM, "events"))),
]
