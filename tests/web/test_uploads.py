"""Files that editors bring: what is taken, what is refused, and that nothing is public before its approval."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from PIL.ExifTags import GPSTAGS, IFD

from conftest import MUSTERSTADT
from desk_people import AT, People, person
from krisenfest import clock
from krisenfest.domain.approval import Role, Verb
from krisenfest.errors import UploadError
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.audit.models import Entry
from krisenfest.web.desk import files, publishing, towns, work
from krisenfest.web.desk.models import Draft
from krisenfest.web.desk.uploads import LONGEST_SIDE, MOST_PIXELS, checked
from krisenfest.web.rooms import files_for

CONSTRUCTED = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more: Any) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def pdf(inside: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + inside + b" >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def refused(data: bytes, *, as_pdf: bool = False) -> str:
    with pytest.raises(UploadError) as raised:
        checked(data, "Titel", pdf=as_pdf)
    return raised.value.code


def photograph() -> bytes:
    """A JPEG as a telephone writes it: with place, camera, comment, profile, and lying on its side."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kamerahersteller", 6  # Make, Orientation: turn right
    exif.get_ifd(IFD.GPSInfo)[next(key for key, name in GPSTAGS.items() if name == "GPSLatitude")] = (51.0, 30.0, 0.0)
    return picture(exif=exif, comment=b"Geheimnis", icc_profile=b"Profil" * 30)


def test_a_picture_keeps_nothing_but_its_pixels_and_stands_upright() -> None:
    before = photograph()
    assert b"Kamerahersteller" in before and b"Geheimnis" in before
    after = checked(before, "Das Wasser steigt!", pdf=False)
    with Image.open(BytesIO(after.data)) as drawn:
        assert (drawn.format, drawn.size, dict(drawn.getexif())) == ("JPEG", (20, 40), {})
        assert {"exif", "comment", "icc_profile", "xmp"} & set(drawn.info) == set()
    assert [word in after.data for word in (b"Kamerahersteller", b"Geheimnis", b"Profil")] == [False] * 3
    assert after.name.startswith("das-wasser-steigt-") and after.name.endswith(".jpg")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_are_drawn_anew_too_and_keep_what_is_see_through(kind: str) -> None:
    out, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "Geheimnis"
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(out, kind, exif=exif)
    assert b"Geheimnis" in out.getvalue()
    after = checked(out.getvalue(), "Logo", pdf=False)
    with Image.open(BytesIO(after.data)) as drawn:
        assert (drawn.format, drawn.mode, drawn.getpixel((5, 5))[3]) == (kind, "RGBA", 0)
    assert b"Geheimnis" not in after.data


def test_a_polyglot_loses_its_second_life() -> None:
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    for kind in ("JPEG", "PNG"):
        assert hidden not in checked(picture(kind) + hidden, "Bild", pdf=False).data
    assert refused(b"GIF89a/*" + picture()) == "kind"
    assert refused(hidden + pdf(), as_pdf=True) == "kind"


def test_a_large_picture_becomes_one_for_pages() -> None:
    after = checked(picture(size=(4000, 1000)), "Breit", pdf=False)
    with Image.open(BytesIO(after.data)) as drawn:
        assert drawn.size == (LONGEST_SIDE, LONGEST_SIDE // 4)


@pytest.mark.parametrize(
    "data", [CONSTRUCTED.encode(), b"\xef\xbb\xbf <?xml version='1.0'?>" + CONSTRUCTED.encode(), b"<!-- --><svg/>"]
)
def test_a_drawing_that_can_hold_a_program_is_refused(data: bytes) -> None:
    assert refused(data) == "svg"


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has side times side pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")  # pytest undoes the rule of the module
def test_a_picture_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    import weasyprint

    assert weasyprint  # loading it lets Pillow read pictures whose end is missing
    assert refused(bomb(int(MOST_PIXELS**0.5) + 1)) == "pixels"
    assert refused(bomb(100_000)) == "pixels"


def test_the_size_limit_is_the_one_of_the_settings(settings: Any) -> None:
    data = picture()
    settings.CONFIG = replace(settings.CONFIG, max_media_bytes=len(data))
    assert checked(data, "Bild", pdf=False).data
    assert refused(data + b"x") == "too-large"


def test_the_name_comes_from_title_and_content_and_never_from_the_client() -> None:
    first, second = picture(), picture()
    names = [checked(each, title, pdf=False).name for each in (first, second) for title in ("A/../b\0", "")]
    assert len(set(names)) == 4
    assert [name.rpartition("-")[0] for name in names] == ["a-b", "datei"] * 2
    assert checked(first, "Gleich", pdf=False) == checked(first, "Gleich", pdf=False)


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", "active"),
        (b"/OpenAction << /S /J#61vaScript /JS (app.alert(1)) >>", "active"),
        (b"/Names << /EmbeddedFiles 5 0 R >>", "active"),
        (b"/AA << /O << /S /Launch /F (calc.exe) >> >>", "active"),
        (b"/AcroForm << /XFA 3 0 R >>", "active"),
        (b"/Encrypt 4 0 R", "locked"),
        (b"/Type /ObjStm >>\nstream\n" + zlib.compress(b"<< /S /JavaScript >>") + b"\nendstream <<", "active"),
        (b"/Type /ObjStm >>\nstream\n" + zlib.compress(b"x" * 30_000_000) + b"\nendstream <<", "broken"),
        (b"/Type /ObjStm >>\nstream\nnot packed\nendstream <<", "broken"),
    ],
)
def test_a_pdf_that_acts_hides_or_is_locked_is_refused(inside: bytes, code: str) -> None:
    assert refused(pdf(inside), as_pdf=True) == code


def test_a_sound_pdf_stays_as_it_is_to_the_last_byte() -> None:
    data = pdf(b"/OpenAction [3 0 R /Fit] /Metadata 2 0 R")
    assert checked(data, "Verfügung", pdf=True).data == data
    assert refused(data[:-6], as_pdf=True) == "broken"
    assert refused(picture(), as_pdf=True) == "no-pdf"
    assert refused(data) == "no-picture"


def test_a_pdf_of_our_own_making_is_taken(built: Path) -> None:
    from weasyprint import HTML

    data = HTML(string="<p lang=de>Verfügung</p>").write_pdf(pdf_variant="pdf/ua-1")
    assert checked(data, "Verfügung", pdf=True).data == data


def begun(people: People, municipality: Municipality, kind: str, **more: Any) -> Draft:
    verb = {"measure": Verb.RULE, "event": Verb.INVITE, "notice": Verb.TELL, "alert": Verb.WARN}[kind]
    return work.begin(verb, kind, municipality=municipality, by=people.author, at=clock.now(), **more)


def send(
    client: Client, draft: Draft, slot: str, data: bytes, words: str = "Das Wasser steigt", name: str = "x"
) -> Any:
    room = "uebung/" if draft.exercise else ""
    file = SimpleUploadedFile(name, data, "text/html")
    address = f"/desk/{draft.municipality.slug}/{room}entwurf/{draft.pk}/dateien/"
    return client.post(address, {"slot": slot, f"{slot}-words": words, f"{slot}-file": file})


def submitted(client: Client, draft: Draft, **fields: str) -> Draft:
    draft.refresh_from_db()
    room = "uebung/" if draft.exercise else ""
    values = {**draft.fields, **fields, "version": draft.version, "submit": "1"}
    answer = client.post(f"/desk/{draft.municipality.slug}/{room}entwurf/{draft.pk}/bearbeiten/", values)
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    return draft


def published(draft: Draft, by: Any) -> None:
    work.approve(draft, version=draft.version, by=by, at=clock.now())
    publishing.publish_waiting(draft.municipality, exercise=draft.exercise)


@pytest.mark.parametrize("name", ["foto.jpg", "../../etc/passwd", "a\0b.svg", "bild.html", "ü" * 300])
def test_what_a_client_calls_a_file_does_not_matter(
    municipality: Municipality, people: People, client: Client, name: str
) -> None:
    client.force_login(people.author)
    draft = begun(people, municipality, "notice")
    assert send(client, draft, "picture", picture(), name=name).status_code == 302
    kept = [each.name for each in files.folder(draft).iterdir()]
    assert len(kept) == 1 and kept[0].startswith("das-wasser-steigt-") and kept[0].endswith(".jpg")
    entry = Entry.objects.get(act="file.attached")
    assert set(entry.details) == {"slot", "bytes"}


def test_a_picture_is_public_with_its_approval_and_not_before(
    municipality: Municipality, people: People, client: Client
) -> None:
    client.force_login(people.author)
    draft = begun(people, municipality, "notice")
    send(client, draft, "picture", photograph())
    draft.refresh_from_db()
    path = str(draft.fields["body"]).rpartition("(")[2].strip(")")
    assert draft.fields["body"] == f"![Das Wasser steigt]({path})"
    draft = submitted(client, draft, title="Neues vom Fluss")
    public = files_for(municipality).site / path
    assert (public.exists(), client.get(f"/{path}").status_code) == (False, 404)

    shown = client.post(f"/desk/musterstadt/entwurf/{draft.pk}/vorschau/", follow=True)
    link = shown.redirect_chain[0][0].rpartition("/mitteilungen/")[0]
    stranger = Client()
    assert f'src="../{path}"' in shown.content.decode()
    answer = stranger.get(f"{link}/{path}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert stranger.get(f"/desk/musterstadt/entwurf/{draft.pk}/dateien/{path[6:]}").status_code == 302

    published(draft, people.approver)
    assert public.read_bytes() == answer.content
    assert b"Kamerahersteller" not in public.read_bytes()
    page = (files_for(municipality).site / "mitteilungen" / "neues-vom-fluss.html").read_text()
    assert f'src="../{path}"' in page and 'alt="Das Wasser steigt"' in page
    assert files.tidy() == 1
    assert not files.folder(draft).exists()


def test_a_binding_text_goes_with_its_measure_and_stays_until_that_is_withdrawn(
    municipality: Municipality, people: People, client: Client
) -> None:
    client.force_login(people.author)
    draft = begun(people, municipality, "measure")
    assert send(client, draft, "binding", pdf(), "Allgemeinverfügung Ufer").status_code == 302
    needed = {
        "title": "Ufer",
        "summary": "Abstand.",
        "level": "gemeinde",
        "issued_by": "Stadt",
        "form": "general-order",
    }
    draft = submitted(client, draft, **needed, valid_from="2026-01-01T00:00")
    published(draft, people.approver)
    path = draft.payload["binding_text"]  # type: ignore[index]
    public = files_for(municipality).site / path
    assert public.read_bytes() == pdf()
    assert f'href="../{path}"' in (files_for(municipality).site / "massnahmen" / "ufer.html").read_text()

    base = draft.approval.publication.revision
    second = begun(people, municipality, "measure", base=base, fields={**draft.fields, "binding_text": ""})
    published(submitted(client, second, title="Ufer neu"), people.approver)
    assert public.exists()  # an earlier version binds by it

    newest = second.approval.publication.revision
    gone = work.begin(Verb.REMOVE, "measure", municipality=municipality, by=people.author, at=AT, base=newest)
    gone = work.submit(gone, None, version=gone.version, by=people.author, at=AT)
    published(gone, people.approver)
    assert (public.exists(), (files_for(municipality).content / path).exists()) == (False, False)


def test_an_event_carries_a_picture_and_documents_through_the_form(
    municipality: Municipality, people: People, client: Client
) -> None:
    client.force_login(people.author)
    draft = begun(people, municipality, "event")
    send(client, draft, "picture", picture(), "Plakat")
    send(client, draft, "document", pdf(), "Einladung")
    send(client, draft, "document", pdf(b"/Lang (de)"), "Tagesordnung")
    draft = submitted(client, draft, title="Versammlung", start="2030-06-30T17:00")
    payload = draft.payload or {}
    assert [each["title"] for each in payload["attachments"]] == ["Einladung", "Tagesordnung"]
    assert (payload["image"][:13], payload["texts"][0]["image_alt"]) == ("media/plakat-", "Plakat")
    published(draft, people.approver)
    names = [payload["image"], *(each["path"] for each in payload["attachments"])]
    assert [(files_for(municipality).site / each).is_file() for each in names] == [True] * 3


def test_a_file_is_taken_away_again(municipality: Municipality, people: People, client: Client) -> None:
    client.force_login(people.author)
    for kind, slot, data in (
        ("event", "picture", picture()),
        ("event", "document", pdf()),
        ("measure", "binding", pdf()),
    ):
        draft = begun(people, municipality, kind)
        send(client, draft, slot, data)
        draft.refresh_from_db()
        (path,) = files.named(draft.fields)
        client.post(f"/desk/musterstadt/entwurf/{draft.pk}/dateien/", {"remove": path})
        draft.refresh_from_db()
        assert (files.named(draft.fields), list(files.folder(draft).iterdir())) == (set(), [])


def test_the_page_says_what_is_wrong_and_keeps_nothing(
    municipality: Municipality, people: People, client: Client, settings: Any
) -> None:
    client.force_login(people.author)
    draft = begun(people, municipality, "notice")
    answer = send(client, draft, "picture", CONSTRUCTED.encode())
    assert answer.status_code == 422 and "Speichern Sie die Zeichnung als PNG." in answer.content.decode()
    answer = send(client, draft, "picture", picture(), words="")
    assert answer.status_code == 422  # a picture without words is no picture for who cannot see
    settings.CONFIG = replace(django_settings.CONFIG, max_media_bytes=1000)
    answer = send(client, draft, "picture", b"\xff\xd8\xff" + b"x" * 200_000)
    assert answer.status_code == 422 and "Die Datei ist zu groß" in answer.content.decode()
    assert not files.folder(draft).exists()
    alert = begun(people, municipality, "alert")
    assert send(client, alert, "picture", picture())["Location"].endswith(f"/entwurf/{alert.pk}/")


def test_no_town_and_no_exercise_sees_the_files_of_another(
    municipality: Municipality, people: People, client: Client
) -> None:
    other = towns.add("nachbarstadt", MUSTERSTADT, at=AT)
    theirs = person(other, Role.AUTHOR, Role.APPROVER)
    client.force_login(people.author)
    draft = begun(people, municipality, "notice")
    send(client, draft, "picture", picture())
    draft.refresh_from_db()
    (path,) = files.named(draft.fields)
    client.force_login(theirs)
    for room in ("musterstadt", "nachbarstadt", "musterstadt/uebung", "nachbarstadt/uebung"):
        assert client.get(f"/desk/{room}/entwurf/{draft.pk}/dateien/{path[6:]}").status_code == 404
        assert client.get(f"/desk/{room}/entwurf/{draft.pk}/dateien/").status_code == 404
    mine = work.begin(Verb.TELL, "notice", municipality=other, by=theirs, at=AT)
    values = {"title": "Geliehen", "body": f"![x]({path})", "version": "1", "submit": "1"}
    client.post(f"/desk/nachbarstadt/entwurf/{mine.pk}/bearbeiten/", values)
    mine.refresh_from_db()
    published(mine, person(other, Role.APPROVER, name="zweite"))
    assert not (files_for(other).content / path).exists()


def test_a_drill_has_files_of_its_own(municipality: Municipality, people: People, client: Client) -> None:
    client.force_login(people.approver)
    draft = work.begin(Verb.TELL, "notice", municipality=municipality, by=people.approver, at=AT, exercise=True)
    send(client, draft, "picture", picture())
    draft = submitted(client, draft, title="Geübt")
    published(draft, people.approver)
    (path,) = files.named(draft.payload)
    rooms = [files_for(municipality, exercise=exercise).site / path for exercise in (True, False)]
    assert [each.exists() for each in rooms] == [True, False]
