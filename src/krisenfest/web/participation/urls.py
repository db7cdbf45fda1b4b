"""The addresses of those who take part, and of those who moderate."""

from __future__ import annotations

from django.urls import path

from krisenfest.web.participation import desk, pages

LIVE = "veranstaltungen/<str:record_id>/live/"

urlpatterns = [
    path("counter/live/<str:token>/", pages.live, name="live"),
    path("counter/live/<str:token>/qr.svg", pages.qr, name="live-qr"),
    path("counter/mitmachen/<slug:slug>/uebung/<str:record_id>/", pages.door, {"exercise": True}),
    path("counter/mitmachen/<slug:slug>/<str:record_id>/", pages.door, name="door"),
    path(f"desk/<slug:slug>/uebung/{LIVE}", desk.moderate, {"exercise": True}),
    path(f"desk/<slug:slug>/{LIVE}", desk.moderate, name="moderate"),
]
