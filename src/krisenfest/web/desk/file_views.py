"""The page on which files are attached to a draft, and the files themselves for who may see the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from krisenfest import clock
from krisenfest.domain.approval import Act, State
from krisenfest.errors import UploadError
from krisenfest.web.desk import attaching, files
from krisenfest.web.desk.models import Draft
from krisenfest.web.desk.place import Place, in_town
from krisenfest.web.desk.uploads import checked
from krisenfest.web.rooms import files_for
from krisenfest.web.served import serve

# slot -> heading, what to choose, what the words are, why they are asked for
SLOTS: Mapping[str, tuple[Any, Any, Any, Any]] = {
    "binding": (_("Verbindlicher Text"), _("PDF"), _("Name des Textes"), _("Daraus wird der Name der Datei.")),
    "document": (_("Anlage"), _("PDF"), _("Name der Anlage"), _("So heißt sie auf der Seite.")),
    "picture": (
        _("Bild"),
        _("JPEG, PNG oder WebP"),
        _("Was zeigt das Bild?"),
        _("Für alle, die es nicht sehen; ein Satz genügt."),
    ),
}
REASONS: Mapping[str, Any] = {
    "too-large": _("Die Datei ist zu groß: höchstens {most} MB."),
    "no-pdf": _("Hier wird ein PDF gebraucht."),
    "no-picture": _("Hier wird ein Bild gebraucht: JPEG, PNG oder WebP."),
    "svg": _("SVG kann Programme enthalten und wird nicht angenommen. Speichern Sie die Zeichnung als PNG."),
    "kind": _("Diese Art von Datei wird nicht angenommen. Möglich sind JPEG, PNG, WebP und PDF."),
    "pixels": _("Das Bild hat zu viele Bildpunkte. Speichern Sie es kleiner."),
    "broken": _("Die Datei ist beschädigt. Öffnen Sie sie und speichern Sie sie neu."),
    "locked": _("Das PDF hat ein Passwort oder eine Sperre. Speichern Sie es ohne."),
    "active": _("Das PDF enthält etwas, das beim Öffnen handelt ({found}). Drucken Sie es in ein neues PDF."),
    "slot": _("Zu diesem Eintrag passt keine solche Datei."),
    "many": _("Mehr als {most} Dateien gehen nicht."),
}


class UploadForm(forms.Form):
    """One file, and its words."""

    file = forms.FileField(allow_empty_file=True, max_length=1000)
    words = forms.CharField(max_length=300)

    def __init__(self, slot: str, data: Any = None, uploaded: Any = None) -> None:
        super().__init__(data, uploaded, prefix=slot, label_suffix="")
        _heading, what, words, why = SLOTS[slot]
        accept = ".jpg,.jpeg,.png,.webp" if slot == "picture" else ".pdf"
        self.fields["file"].label, self.fields["file"].widget.attrs["accept"] = what, accept
        self.fields["words"].label, self.fields["words"].help_text = words, why


class Limited(FileUploadHandler):
    """Stops reading a request once a file in it is larger than any that is taken, and says so on the request."""

    def new_file(self, *given: Any, **named: Any) -> None:
        """Begin to count."""
        super().new_file(*given, **named)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count, and stop."""
        self.seen += len(raw_data)
        if self.seen > settings.CONFIG.max_media_bytes:
            if self.request is not None:
                self.request.too_large = True  # type: ignore[attr-defined]  # told to the form's page
            raise StopUpload(connection_reset=True)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""


@require_http_methods(["GET", "HEAD", "POST"])
@in_town
def attachments(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    """Attach a file to a draft, with its words, or take one away."""
    draft = get_object_or_404(place.drafts(), pk=number)
    slots = attaching.SLOTS.get(draft.kind, ())
    if draft.state not in (State.DRAFT, State.RETURNED) or not place.may(Act.SAVE, draft.verb) or not slots:
        return redirect(f"{place.base}entwurf/{number}/")
    here = f"{place.base}entwurf/{number}/dateien/"
    uploads = {slot: UploadForm(slot) for slot in slots}
    if request.method == "POST":
        if path := request.POST.get("remove"):
            attaching.detach(draft, path, by=place.user, at=clock.now())
            return redirect(here)
        slot = request.POST.get("slot", "")
        if slot in uploads:
            uploads[slot] = UploadForm(slot, request.POST, request.FILES)
            if _attached(request, place, draft, slot, uploads[slot]):
                return redirect(here)
    forms_of = [(slot, SLOTS[slot][0], uploads[slot]) for slot in slots]
    wrong = any(each.errors for each in uploads.values())
    context = {"draft": draft, "uploads": forms_of, "there": _there(draft)}
    return render(request, "desk/files.html", context, status=422 if wrong else 200)


def _attached(request: HttpRequest, place: Place, draft: Draft, slot: str, form: UploadForm) -> bool:
    if getattr(request, "too_large", False):
        form.errors.clear()
        form.add_error(
            "file", _told(UploadError("too-large", "", most=str(settings.CONFIG.max_media_bytes // 1_000_000)))
        )
        return False
    if not form.is_valid():
        return False
    words = form.cleaned_data["words"]
    try:
        file = checked(form.cleaned_data["file"].read(), words, pdf=slot != "picture")
        attaching.attach(draft, slot, file, words, by=place.user, at=clock.now())
    except UploadError as error:
        form.add_error("file", _told(error))
        return False
    messages.success(request, gettext("Angehängt. Öffentlich wird es mit dem Eintrag, nach der Freigabe."))
    return True


def _told(error: UploadError) -> str:
    return gettext(REASONS[error.code]).format(**error.details)


def _there(draft: Draft) -> list[dict[str, Any]]:
    """The files that the draft names: what is new, and what its public version has already."""
    fields = draft.fields
    found = [{"path": each["path"], "words": each["title"]} for each in orjson.loads(fields.get("attachments") or "[]")]
    if fields.get("image"):
        found.append({"path": fields["image"], "words": fields.get("image_alt", "")})
    known = {each["path"] for each in found}
    found += [{"path": path, "words": ""} for path in sorted(files.named(fields) - known)]
    return [
        {**each, "picture": not each["path"].endswith(".pdf"), "name": each["path"].rpartition("/")[2]}
        for each in found
    ]


@require_safe
@in_town
def attachment(request: HttpRequest, place: Place, number: int, name: str) -> HttpResponseBase:
    """One file of a draft, for who may see the draft."""
    draft = get_object_or_404(place.drafts(), pk=number)
    return shown(request, draft, f"media/{name}")


def shown(request: HttpRequest, draft: Draft, path: str) -> HttpResponseBase:
    """A file that a draft names and that is not public yet, with nothing allowed to run; or 404."""
    found = files.place_of(draft, path)
    public = files_for(draft.municipality, exercise=draft.exercise).content / path
    if found is None and (path not in files.named(draft.fields) or not public.is_file()):
        raise Http404
    answer = serve(request, *((found.parent, found.name) if found else (public.parent, public.name)))
    answer["Content-Security-Policy"] = "default-src 'none'; img-src 'self'; sandbox"
    answer["X-Robots-Tag"] = "noindex"
    return answer
