"""Jekyll and Hugo posts as they are, read into records: what is certain becomes a value, the rest is said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from krisenfest.errors import Problem, SourceError
from krisenfest.site.addresses import slug
from krisenfest.sources import post_contacts, post_prose, post_when
from krisenfest.sources.german_dates import days_in, local, times_in
from krisenfest.sources.post_clock import Clock, clock_of
from krisenfest.sources.post_head import Head, moment, posted, read_head
from krisenfest.sources.post_site import site_title
from krisenfest.sources.post_text import MAX_LINE, Line, Unsure, lines_of, plain, without_shortcodes

MAX_BYTES = 5_000_000
LOCAL_FILE = re.compile(
    r"\]\((?!https?:|mailto:|media/)([^()\s]{1,500}\.(?:pdf|png|jpe?g|svg|webp|ics))(?=[)\s])", re.IGNORECASE
)
LINKED_PDF = re.compile(r"\]\(([^()\s]{1,500}\.pdf)\)", re.IGNORECASE)
PDF_IMAGE = re.compile(r"!(\[[^\[\]]{0,500}\]\([^()\s]{1,500}\.pdf\))", re.IGNORECASE)


@dataclass(slots=True)
class ImportedPost:
    """What was recognised in one post; times are local ISO strings, None where nothing is certain.

    `kind` is "single", "multi-day", "several" (more than one event), "recurring" or "none" (no event).
    """

    file: str
    kind: str = "none"
    title: str = ""
    start: str | None = None
    end: str | None = None
    place: str | None = None
    online: bool = False
    registration: dict[str, str] | None = None
    agenda: list[dict[str, str]] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    summary: str = ""
    preview: str = ""
    preview_image: str = ""
    tags: list[str] = field(default_factory=list)
    published: str | None = None
    draft: bool = False
    body: str = ""
    recognised: list[tuple[str, str, int, str]] = field(default_factory=list)
    unsure: list[Unsure] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object that `krisenfest import --json` prints."""
        names: tuple[str, ...] = (
            *("file", "kind", "title", "start", "end", "place", "online", "registration", "agenda", "hosts"),
            *("attachments", "images", "summary", "preview", "preview_image", "tags", "published"),
        )
        values = {name: getattr(self, name) for name in names}
        unsure = [
            {"field": each.field, "says": each.says, "sentence": each.sentence, "line": each.line}
            for each in self.unsure
        ]
        return {**values, "unsure": unsure}

    def report(self) -> list[str]:
        """Line by line what was recognised and what was not."""
        lines = [f"{self.file}: {self.title or '(no title)'} [{self.kind}]"]
        lines += [f"  {name} = {value}   (line {line}: {_short(text)})" for name, value, line, text in self.recognised]
        lines += [
            f"  {each.field} unsure: {each.says}   (line {each.line}: {_short(each.sentence)})" for each in self.unsure
        ]
        return lines


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."


def read_post(name: str, data: bytes | str, *, publisher: str = "") -> ImportedPost:
    """Read one post; never raises for what is in it.

    `name` is its file name, whose date counts as the post's; `publisher` whose site it is from, if that is known.
    """
    post = ImportedPost(name)
    head = read_head(_decoded(data, post))
    post.unsure += head.unsure
    day = posted(head.values, name)
    post.published = day.isoformat() if day else None
    _metadata(post, head)
    lines, whole = lines_of(head.body, head.body_line)
    if not whole:
        post.unsure.append(
            Unsure("text", "too long: only the beginning of it, or of a long line, was looked at", "", 1)
        )
    if not post.title:
        post.title = next((line.text.strip("# ")[:300] for line in lines if line.raw.startswith("#")), "")
    post.body = _clean_body(head.body)
    _files_to_pass_on(post, lines)
    _when(post, head, lines, day)
    _where(post, head, lines)
    _contacts(post, lines, head.body, day, publisher)
    return post


def _decoded(data: bytes | str, post: ImportedPost) -> str:
    if isinstance(data, str):
        return data.replace("\r\n", "\n").replace("\r", "\n")
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    post.unsure.append(Unsure("encoding", "the file is not UTF-8; it was read as Latin-1", "", 1))
    return data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")


def _text(values: dict[str, Any], *keys: str) -> str:
    for key in keys:
        value = values.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return " ".join(plain(str(value)[:MAX_LINE]).split())
    return ""


def _metadata(post: ImportedPost, head: Head) -> None:
    values = head.values
    post.title = _text(values, "title", "name")[:300]
    post.summary = _text(values, "excerpt", "description", "summary")[:2000]
    post.preview = _text(values, "og-description")[:1000]
    post.preview_image = str(values.get("og-image") or "")
    images = values.get("images")
    if isinstance(images, list):
        post.images = [str(each.get("imgname") if isinstance(each, dict) else each) for each in images if each]
    tags = values.get("tags")
    post.tags = [str(each) for each in tags] if isinstance(tags, list) else []
    for name, key, value in (("image", "og-image", post.preview_image), ("preview", "og-description", post.preview)):
        if value:
            post.recognised.append((name, value, head.line_of(key), value))
    post.draft = values.get("published") in (False, "false") or values.get("draft") in (True, "true")


def _clean_body(body: str) -> str:
    text = without_shortcodes(body)
    text = PDF_IMAGE.sub(r"\1", text)  # a paper is no picture
    text = LOCAL_FILE.sub(lambda found: f"]({_media(found.group(1))}", text)
    return text.strip() + "\n"


def _files_to_pass_on(post: ImportedPost, lines: list[Line]) -> None:
    for line in lines:
        for path in LINKED_PDF.findall(line.raw):
            if not re.match(r"https?:", path) and path not in post.attachments:
                post.attachments.append(path)
                post.recognised.append(("attachment", path, line.number, line.text))


def _when(post: ImportedPost, head: Head, lines: list[Line], day: date | None) -> None:
    if not _when_in_front_matter(post, head, lines):
        headline = [
            Line(head.line_of(*keys), text, text)
            for keys, text in ((("title", "name"), post.title), (("excerpt", "description", "summary"), post.summary))
            if text
        ]
        found = post_when.when(lines, headline, day)
        post.kind, post.start, post.end = found.kind, found.start, found.end
        post.recognised += found.sources
        post.unsure += found.unsure
    items = post_prose.agenda(lines)
    if items.items and post.kind == "single":
        post.agenda = items.items
        post.recognised.append(("agenda", f"{len(post.agenda)} items", items.line, post.agenda[0]["title"]))


def _when_in_front_matter(post: ImportedPost, head: Head, lines: list[Line]) -> bool:
    """Collections of dates keep the day in a key: `when`, or `date` beside a `time`."""
    values = head.values
    key = "when" if "when" in values else "date" if "time" in values and "date" in values else ""
    if not key:
        return False
    line = head.line_of(key)
    text, time_text = str(values[key])[:300], str(values.get("time") or "")[:300]
    sentence = f"{key}: {text}, time: {time_text}"
    at = moment(values[key])
    mentions = days_in(at.date().isoformat() if at else text)
    times = times_in(time_text) or times_in(f"{time_text} Uhr")
    if at and not times and not time_text:
        times = times_in(f"{at:%H:%M} Uhr") if at.hour or at.minute else []
    elif not times and not time_text:
        times = times_in(text)
    if len(mentions) != 1 or mentions[0].year is None:
        post.kind = "recurring" if re.search(r"jede|every", text, re.IGNORECASE) else "none"
        post.unsure.append(Unsure("start", "no single day", sentence, line))
        return True
    days = mentions[0].days(date.min)
    if days is None or not mentions[0].weekday_fits(*days):
        post.unsure.append(Unsure("start", "no such day, or another weekday", sentence, line))
        return True
    if off := post_when.called_off([Line(line, each, each) for each in (text, time_text, post.title)] + lines):
        post.unsure += [Unsure("start", f"{text}, but perhaps called off or moved", sentence, line), *off]
        return True
    first, last = days
    clock = clock_of([(times, None, line, sentence)], first) if last == first else Clock()
    post.kind = "multi-day" if last > first else "single"
    post.unsure += [Unsure("start", *each) for each in clock.unsure]
    post.start = local(first, clock.start)
    post.end = local(last, None) if last > first else None
    if clock.start is not None and clock.end is not None:
        post.end = local(first, clock.end + (1440 if clock.end <= clock.start else 0))
    post.recognised.append(("start", post.start, line, sentence))
    if post.end:
        post.recognised.append(("end", post.end, line, sentence))
    return True


def _where(post: ImportedPost, head: Head, lines: list[Line]) -> None:
    keys = ("where", "location", "place")
    named, line = _text(head.values, *keys)[:500], head.line_of(*keys)
    if named and not re.search(r"\btbd\b|noch offen|folgt\b", named, re.IGNORECASE):
        post.place = named
        post.recognised.append(("place", named, line, named))
        return
    if named:
        post.unsure.append(Unsure("place", named, named, line))
        return
    found = post_prose.place(lines)
    if found.place and post.kind == "several":  # of which of them?
        found.unsure = [Unsure("place", value, sentence, number) for _, value, number, sentence in found.sources]
    else:
        post.place, post.online = found.place, found.online
        post.recognised += found.sources
    post.unsure += found.unsure


def _contacts(post: ImportedPost, lines: list[Line], body: str, day: date | None, publisher: str) -> None:
    event = date.fromisoformat(post.start[:10]) if post.start else None
    contact = post_contacts.registration(lines, event, day)
    post.registration = contact.registration
    inviting = post_contacts.hosts(lines, body, publisher)
    post.hosts = inviting.names
    for found in (contact, inviting):
        post.recognised += found.sources
        post.unsure += found.unsure


def record_text(post: ImportedPost) -> tuple[str, str]:
    """The record as (path in the content folder, text) with what is unsure as comments, for a person to correct."""
    event = post.start is not None
    values: dict[str, Any] = {"title": post.title or post.file, "summary": post.summary}
    if event:
        values |= {"start": post.start, "end": post.end, "place": post.place or "", "online": post.online}
        values |= {"hosts": post.hosts, "agenda": post.agenda, "registration": post.registration}
        values["attachments"] = [{"path": _media(path), "title": path.rpartition("/")[2]} for path in post.attachments]
        values["image"] = _media(post.preview_image or (post.images[0] if post.images else ""))
        values["preview"] = post.preview
    values |= {"topics": post.tags, "published": post.published, "draft": post.draft or None}
    kept = {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}
    if kept.get("end") and "T" not in str(kept["end"]) and kept["end"] != kept.get("start"):
        # The folder's ends are exclusive; a last day that a text names belongs to the event.
        kept["end"] = date.fromordinal(date.fromisoformat(str(kept["end"])).toordinal() + 1).isoformat()
    if closes := (post.registration or {}).get("closes", ""):
        # So are the folder's closing times: who may register on a day may do so all day long.
        until = closes if "T" in closes else date.fromordinal(date.fromisoformat(closes).toordinal() + 1).isoformat()
        kept |= {"registration": {**(post.registration or {}), "closes": until}} if event else {}
    text = yaml.safe_dump(kept, allow_unicode=True, sort_keys=False, width=120)
    for each in post.unsure:
        says, sentence = " ".join(each.says.split()), " ".join(each.sentence.split())
        text += f"# unsure: {each.field}: {says} (line {each.line}: {sentence})\n"
    stem = slug(Path(post.file).stem)
    return f"{'events' if event else 'notices'}/{stem}.md", f"---\n{text}---\n{post.body}"


def _media(path: str) -> str:
    return f"media/{path.rpartition('/')[2]}" if path else ""


def import_posts(files: list[Path], into: Path | None) -> list[ImportedPost]:
    """Read posts and write their records into a content folder (None: write nothing).

    Raises SourceError with every problem, before anything is written: a file that is missing or too large, or a
    record that is there already.
    """
    problems: list[Problem] = []
    posts: list[ImportedPost] = []
    texts: dict[str, str] = {}
    for file in files:
        try:
            if file.stat().st_size > MAX_BYTES:
                problems.append(Problem(str(file), 1, "file", f"has more than {MAX_BYTES:,} bytes", "leave it out"))
                continue
            posts.append(read_post(file.name, file.read_bytes(), publisher=site_title(file)))
        except OSError as error:
            problems.append(Problem(str(file), 1, "file", f"cannot be read ({error.strerror})", "check the path"))
            continue
        path, text = record_text(posts[-1])
        if path in texts or (into and (into / path).exists()):
            problems.append(
                Problem(str(file), 1, "file", f"{path} is there already", "rename the post, or move the record away")
            )
        texts[path] = text
    if problems:
        raise SourceError(problems)
    for path, text in texts.items() if into else ():
        target = into / path if into else Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return posts
