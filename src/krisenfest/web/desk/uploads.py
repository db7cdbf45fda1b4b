"""What an editor may bring as a file, and what becomes of it before anybody else can see it (OWASP ASVS 5.0, V5).

The type is what the bytes are, never what a name or a browser says. A picture is drawn anew, so that nothing of its
old file is left: no place, no camera, no script behind the last byte. A PDF cannot be drawn anew, because it may be
the binding text: one that could do something (scripts, files inside, forms that send) is refused.
"""

from __future__ import annotations

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from threading import Lock

from django.conf import settings
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from krisenfest.errors import UploadError
from krisenfest.site.addresses import slug

MOST_PIXELS = 50_000_000  # width times height; what unpacks to more is no photograph but an attack
Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow refuses twice that, before a pixel is unpacked
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # and would warn of one more than that
_one_switch = Lock()
LONGEST_SIDE = 1920  # pixels; a page is read on a phone
PICTURES = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "PDF": "pdf"}
DIGITS = 12  # of the SHA-256 that ends the name: the same file has the same name, another one has another
OURS = re.compile(rf"media/[a-z0-9-]+-[0-9a-f]{{{DIGITS}}}\.(?:png|jpg|webp|pdf)")


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be shown to others: its name, made of a title and its content, and its bytes."""

    name: str
    data: bytes

    @property
    def path(self) -> str:
        """How a record names it."""
        return f"media/{self.name}"


def checked(data: bytes, title: str, *, pdf: bool) -> Checked:
    """The file to keep of what was brought: a PDF, or a picture as JPEG, PNG or WebP.

    Raises UploadError for everything that it should not be.
    """
    if len(data) > settings.CONFIG.max_media_bytes:
        raise UploadError(
            "too-large",
            f"at most {settings.CONFIG.max_media_bytes:,} bytes",
            most=f"{settings.CONFIG.max_media_bytes // 1_000_000}",
        )
    kind = kind_of(data)
    if pdf != (kind == "PDF"):
        raise UploadError("no-pdf", "bring a PDF") if pdf else UploadError("no-picture", "bring JPEG, PNG or WebP")
    kept = _sound_pdf(data) if pdf else _drawn_anew(data, kind)
    stem = slug(title)[:60].strip("-") or "datei"
    return Checked(f"{stem}-{sha256(kept).hexdigest()[:DIGITS]}.{ENDINGS[kind]}", kept)


def kind_of(data: bytes) -> str:
    """PNG, JPEG, WEBP or PDF, by the first bytes. Raises UploadError for anything else."""
    for beginning, kind in PICTURES.items():
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if data.startswith(b"%PDF-"):
        return "PDF"
    if re.match(rb"\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!doctype svg|<!--|<svg)", data[:200], re.IGNORECASE):
        raise UploadError("svg", "an SVG can hold a program: save it as PNG")
    raise UploadError("kind", "bring JPEG, PNG, WebP or PDF")


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Refuse a picture whose end is missing; Pillow's one switch for that is turned on by the printer of PDF files."""
    with _one_switch:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _drawn_anew(data: bytes, kind: str) -> bytes:
    """The picture alone, upright, in a size for pages, without anything that its file held besides."""
    try:
        with _whole_pictures_only(), Image.open(BytesIO(data), formats=(kind,)) as opened:
            if kind == "JPEG":
                opened.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))  # a quarter of the work for a large one
            upright = ImageOps.exif_transpose(opened)
            see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
            plain = upright.convert("RGBA" if see_through else "RGB")
    except Image.DecompressionBombError:
        raise UploadError("pixels", f"more than {MOST_PIXELS:,} pixels: make it smaller") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise UploadError("broken", "the picture cannot be read: save it anew") from None
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    fresh = Image.new(plain.mode, plain.size)  # without the profile, comment and texts that a save would carry over
    fresh.paste(plain)
    out = BytesIO()
    fresh.save(out, kind, quality=82, optimize=True, progressive=True)  # each kind takes what it knows
    return out.getvalue()


# Names of a PDF (ISO 32000-1, 7.3.5) that let it do something, or carry something, when it is opened.
ACTIVE = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "SubmitForm", "ImportData")
_NAME = re.compile(rb"/((?:[!-\"$&'*-.0-;=?-Z^-z|~\\]|#[0-9A-Fa-f]{2})+)")
_OBJECTS = re.compile(rb"/ObjStm\b.*?stream\r?\n(.*?)endstream", re.DOTALL)
MOST_UNPACKED = 20_000_000  # bytes of one stream of objects


def _sound_pdf(data: bytes) -> bytes:
    """The PDF as it is, if it has an end, no password and nothing that acts."""
    if b"%%EOF" not in data[-1024:]:
        raise UploadError("broken", "the PDF has no end: save it anew")
    names = {name for part in _readable(data) for name in _names(part)}
    if "Encrypt" in names:
        raise UploadError("locked", "save the PDF without its password")
    found = sorted(names & set(ACTIVE))
    if found:
        raise UploadError("active", "print it to a new PDF", found=", ".join(found))
    return data


def _readable(data: bytes) -> Iterator[bytes]:
    """The PDF's own objects: those that lie open, and those that are packed in streams of objects."""
    yield data
    for packed in _OBJECTS.finditer(data):
        try:
            unpacking = zlib.decompressobj()
            yield unpacking.decompress(packed.group(1), MOST_UNPACKED)
        except zlib.error:
            raise UploadError("broken", "the PDF cannot be read: save it anew") from None
        if unpacking.unconsumed_tail:
            raise UploadError("broken", "the PDF unpacks to too much: save it anew")


def _names(data: bytes) -> Iterator[str]:
    for match in _NAME.finditer(data):
        plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda each: bytes([int(each.group(1), 16)]), match.group(1))
        yield plain.decode("latin-1")
