"""The post of a town at the desk, and of its exercise."""

from __future__ import annotations

from django.urls import path

from krisenfest.web.events import post_views

urlpatterns = [
    path("", post_views.post, name="post"),
    path("<int:number>/", post_views.letter, name="letter"),
    path("<int:number>/brief.eml", post_views.raw, name="letter-raw"),
    path("mails/<str:record_id>/", post_views.mails, name="event-mails"),
    path("mails/<str:record_id>/<int:number>/nochmal/", post_views.again, name="mail-again"),
]
