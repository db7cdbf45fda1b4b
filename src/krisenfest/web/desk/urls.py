"""The addresses of the desk: each town's room, and the same for its exercise."""

from __future__ import annotations

from django.urls import include, path

from krisenfest.web.desk import file_views, people, preview_views, records, views, work_views

ROOM = [
    path("", views.start, name="start"),
    path("neu/<str:verb>/", work_views.begin, name="begin"),
    path("entwurf/<int:number>/", work_views.draft, name="draft"),
    path("entwurf/<int:number>/bearbeiten/", work_views.edit, name="edit"),
    path("entwurf/<int:number>/freigeben/", work_views.approve, name="approve"),
    path("entwurf/<int:number>/schritt/", work_views.act, name="act"),
    path("entwurf/<int:number>/dateien/", file_views.attachments, name="files"),
    path("entwurf/<int:number>/dateien/<str:name>", file_views.attachment, name="file"),
    path("entwurf/<int:number>/vorschau/", preview_views.preview_link, name="preview-link"),
    path("eintraege/", records.records, name="records"),
    path("eintrag/<str:kind>/<str:record_id>/", views.record, name="record"),
    path("eintrag/<str:kind>/<str:record_id>/stimmt/", views.still_correct, name="still-correct"),
    path("veroeffentlichungen/", views.publications, name="publications"),
    path("veroeffentlichungen/<int:number>/", views.publication, name="publication"),
    path("veroeffentlichungen/<int:number>/nachweis.pdf", views.proof, name="proof"),
    path("veroeffentlichungen/<int:number>/nochmal/", views.retry, name="retry"),
    path("veroeffentlichungen/<int:number>/bestaetigen/", views.confirm, name="confirm"),
    path("ablauf/", views.drill, name="drill"),
    path("protokoll/", views.audit_log, name="audit"),
    path("menschen/", people.people, name="people"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("vorschau/<str:token>/<path:page>", preview_views.preview, name="preview"),
    path("<slug:slug>/uebung/", include((ROOM, "exercise")), {"exercise": True}),
    path("<slug:slug>/", include((ROOM, "desk"))),
]
