"""Files come to a draft and go from it: the use cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from krisenfest.disk import write_whole
from krisenfest.errors import UploadError
from krisenfest.web.accounts.models import User
from krisenfest.web.audit import log
from krisenfest.web.desk import work
from krisenfest.web.desk.files import folder, place_of
from krisenfest.web.desk.models import Draft
from krisenfest.web.desk.uploads import Checked

MOST = 20  # files of one draft
# what each kind of record can carry: a picture, a document, or the text that binds
SLOTS: Mapping[str, tuple[str, ...]] = {
    "measure": ("binding",),
    "event": ("picture", "document"),
    "notice": ("picture",),
    "page": ("picture",),
}


def attach(draft: Draft, slot: str, file: Checked, words: str, *, by: User, at: datetime) -> Draft:
    """Keep a checked file with a draft and name it in its form; `words` are its alternative text or title.

    Raises UploadError where the draft takes no such file, and what saving a draft raises.
    """
    if slot not in SLOTS.get(draft.kind, ()):
        raise UploadError("slot", "an entry of this kind takes no such file")
    place = folder(draft)
    if place.is_dir() and len(list(place.iterdir())) >= MOST:
        raise UploadError("many", f"at most {MOST} files", most=str(MOST))
    place.mkdir(parents=True, exist_ok=True)
    write_whole(str(place / file.name), [file.data])
    fields = {**draft.fields, **_naming(draft, slot, file.path, words)}
    draft = work.save(draft, fields, title=draft.title, version=draft.version, by=by, at=at)
    where = {"exercise": True} if draft.exercise else {}
    details = {**where, "slot": slot, "bytes": len(file.data)}
    log.record("file.attached", f"draft {draft.pk}", municipality=draft.municipality, by=by, at=at, details=details)
    return draft


def _naming(draft: Draft, slot: str, path: str, words: str) -> dict[str, Any]:
    fields = draft.fields
    if slot == "binding":
        return {"binding_text": path}
    if slot == "document":
        there = [each for each in _listed(fields.get("attachments")) if each["path"] != path]
        return {"attachments": orjson.dumps([*there, {"path": path, "title": words}]).decode()}
    if draft.kind == "event":
        return {"image": path, "image_alt": words}
    alternative = words.replace("\\", "").replace("[", "(").replace("]", ")")
    return {"body": f"{fields.get('body', '')}\n\n![{alternative}]({path})".strip()}


def detach(draft: Draft, path: str, *, by: User, at: datetime) -> Draft:
    """Take a file out of a draft and of its form."""
    fields = dict(draft.fields)
    if fields.get("binding_text") == path:
        fields["binding_text"] = ""
    if fields.get("image") == path:
        fields |= {"image": "", "image_alt": ""}
    there = _listed(fields.get("attachments"))
    if there:
        fields["attachments"] = orjson.dumps([each for each in there if each["path"] != path]).decode()
    if "body" in fields:
        lines = str(fields["body"]).splitlines()
        fields["body"] = "\n".join(line for line in lines if not _shows(line, path)).strip()
    draft = work.save(draft, fields, title=draft.title, version=draft.version, by=by, at=at)
    if found := place_of(draft, path):
        found.unlink()
    return draft


def _shows(line: str, path: str) -> bool:
    return line.startswith("![") and line.endswith(f"]({path})")


def _listed(text: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = orjson.loads(text) if text else []
    return found
