"""Jekyll and Hugo posts as they are, read into records: what is certain becomes a value, the rest is said."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import yaml

from krisenfest.errors import Problem, SourceError
from krisenfest.site.addresses import slug
from krisenfest.sources import post_prose
from krisenfest.sources.front_matter import FrontMatterError, load_mapping
from krisenfest.sources.german_dates import days_in, local, times_in
from krisenfest.sources.post_prose import Line, Unsure

MAX_BYTES = 5_000_000
SHORTCODE = re.compile(r"\{\{[<%].*?[%>]\}\}|\{%.*?%\}", re.DOTALL)
REF = re.compile(r"""\{\{[<%]\s*(?:rel)?ref\s+["']([^"']+)["']\s*[%>]\}\}""")
LOCAL_FILE = re.compile(
    r"\]\((?!https?:|mailto:|media/)([^)\s]+\.(?:pdf|png|jpe?g|svg|webp|ics))(?=[)\s])", re.IGNORECASE
)
TAG = re.compile(r"<[^>]{0,500}>")
FILE_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")


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


def read_post(name: str, data: bytes | str) -> ImportedPost:
    """Read one post; never raises for what is in it. `name` is its file name, whose date counts as the post's."""
    post = ImportedPost(name)
    text = _decoded(data, post)
    values, body, first_line = _front_matter(text, post)
    posted = _posted(values, name)
    post.published = posted.isoformat() if posted else None
    _metadata(post, values)
    body = REF.sub(lambda found: found.group(1), body)
    lines = _lines(body, first_line)
    if not post.title:
        post.title = next((line.text.strip("# ") for line in lines if line.raw.startswith("#")), "")
    post.body = _clean_body(body)
    _files_to_pass_on(post, body, first_line)
    _when(post, values, lines, posted)
    _where(post, values, lines)
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


def _front_matter(text: str, post: ImportedPost) -> tuple[dict[str, Any], str, int]:
    """Keys, body and the body's first line, of YAML (---), TOML (+++) or JSON front matter; or none at all."""
    stripped = text.lstrip("\ufeff")
    for fence, load in (("---", load_mapping), ("+++", tomllib.loads)):
        found = re.match(
            rf"{re.escape(fence)}[ \t]*\n(.*?)^{re.escape(fence)}[ \t]*$\n?", stripped, re.DOTALL | re.MULTILINE
        )
        if not found:
            continue
        body, line = stripped[found.end() :], stripped.count("\n", 0, found.end()) + 1
        try:
            return dict(load(found.group(1))), body, line
        except (FrontMatterError, tomllib.TOMLDecodeError) as error:
            post.unsure.append(Unsure("front matter", f"cannot be read ({error})", "", 1))
            return _key_by_key(found.group(1)), body, line
    if stripped.startswith("{"):
        try:
            values, end = orjson.loads(stripped[: stripped.index("\n}") + 2]), stripped.index("\n}") + 2
            return (values if isinstance(values, dict) else {}), stripped[end:], stripped.count("\n", 0, end) + 1
        except (ValueError, orjson.JSONDecodeError):
            pass
    return {}, stripped, 1


def _key_by_key(text: str) -> dict[str, Any]:
    """What can be saved of broken YAML: the keys whose own line can be read."""
    values: dict[str, Any] = {}
    for line in text.split("\n"):
        if re.match(r"[A-Za-z][\w-]*:", line):
            try:
                values.update(load_mapping(line))
            except FrontMatterError:
                key, _, value = line.partition(":")
                values[key] = value.strip().strip("\"'")
    return values


def _posted(values: dict[str, Any], name: str) -> date | None:
    value = values.get("date")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for text in (str(value or ""), name):
        if found := FILE_DATE.search(text):
            try:
                return date(*map(int, found.groups()))
            except ValueError:
                continue
    return None


def _text(values: dict[str, Any], *keys: str) -> str:
    for key in keys:
        value = values.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return " ".join(_plain(str(value)).split())
    return ""


def _metadata(post: ImportedPost, values: dict[str, Any]) -> None:
    post.title = _text(values, "title", "name")[:300]
    post.summary = _text(values, "excerpt", "description", "summary")[:2000]
    post.preview = _text(values, "og-description")[:1000]
    post.preview_image = str(values.get("og-image") or "")
    images = values.get("images")
    if isinstance(images, list):
        post.images = [str(each.get("imgname") if isinstance(each, dict) else each) for each in images if each]
    tags = values.get("tags")
    post.tags = [str(each) for each in tags] if isinstance(tags, list) else []
    for name, value in (("image", post.preview_image), ("preview", post.preview)):
        if value:
            post.recognised.append((name, value, 1, value))
    post.draft = values.get("published") in (False, "false") or values.get("draft") in (True, "true")


def _plain(text: str) -> str:
    """A line without markup: what a person reads."""
    text = SHORTCODE.sub(" ", text)
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])?", r"\1", text)
    text = TAG.sub(" ", text)
    text = re.sub(r"[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}", "", text)
    text = re.sub(r"\\([*_\-.#])", r"\1", text).replace("&nbsp;", " ").replace("\u00a0", " ").replace("&amp;", "&")
    return text.strip(" ")


def _lines(body: str, first: int) -> list[Line]:
    return [Line(number, _plain(raw), raw) for number, raw in enumerate(body.split("\n"), first)]


def _clean_body(body: str) -> str:
    text = SHORTCODE.sub("", body)
    text = re.sub(r"!(\[[^\]]*\]\([^)\s]+\.pdf\))", r"\1", text, flags=re.IGNORECASE)  # a paper is no picture
    text = LOCAL_FILE.sub(lambda found: f"]({_media(found.group(1))}", text)
    return text.strip() + "\n"


def _files_to_pass_on(post: ImportedPost, body: str, first_line: int) -> None:
    for path in re.findall(r"\]\(([^)\s]+\.pdf)\)", body, re.IGNORECASE):
        local_file = not re.match(r"https?:", path)
        if local_file and path not in post.attachments:
            post.attachments.append(path)
            post.recognised.append(("attachment", path, body.count("\n", 0, body.index(path)) + first_line, path))


def _when(post: ImportedPost, values: dict[str, Any], lines: list[Line], posted: date | None) -> None:
    if _when_in_front_matter(post, values):
        return
    headline = [Line(1, text, text) for text in (post.title, post.summary) if text]
    found = post_prose.when(lines, headline, posted)
    post.kind, post.start, post.end = found.kind, found.start, found.end
    post.recognised += found.sources
    post.unsure += found.unsure
    post.agenda = post_prose.agenda(lines)
    if post.agenda:
        post.recognised.append(("agenda", f"{len(post.agenda)} items", lines[0].number, post.agenda[0]["title"]))


def _when_in_front_matter(post: ImportedPost, values: dict[str, Any]) -> bool:
    """Collections of dates keep the day in a key: `when`, or `date` beside a `time` or a place."""
    key = (
        "when"
        if "when" in values
        else "date"
        if {"time", "location", "where"} & set(values) and "date" in values
        else ""
    )
    if not key:
        return False
    text, time_text = str(values[key]), str(values.get("time") or "")
    mentions, times = days_in(text), times_in(time_text) or times_in(f"{time_text} Uhr")
    sentence = f"{key}: {text}, time: {time_text}"
    if len(mentions) != 1 or mentions[0].year is None:
        post.kind = "recurring" if re.search(r"jede|every", text, re.IGNORECASE) else "none"
        post.unsure.append(Unsure("start", "no single day", sentence, 2))
        return True
    days = mentions[0].days(date.min)
    if days is None or not mentions[0].weekday_fits(days[0]):
        post.unsure.append(Unsure("start", "no such day, or another weekday", sentence, 2))
        return True
    first, last = days
    post.kind = "multi-day" if last > first else "single"
    if last > first or len(times) != 1:
        post.start = local(first, None)
        post.end = local(last, None) if last > first else None
    else:
        time = times[0]
        post.start = local(first, time.start)
        end = time.end + 1440 if time.end is not None and time.end <= time.start else time.end
        post.end = local(first, end) if end is not None else None
    post.recognised.append(("start", post.start, 2, sentence))
    if post.end:
        post.recognised.append(("end", post.end, 2, sentence))
    return True


def _where(post: ImportedPost, values: dict[str, Any], lines: list[Line]) -> None:
    named = _text(values, "where", "location", "place")
    if named and not re.search(r"\btbd\b|noch offen|folgt\b", named, re.IGNORECASE):
        post.place = named
        post.recognised.append(("place", named, 2, named))
    elif named:
        post.unsure.append(Unsure("place", named, named, 2))
    else:
        post.place, post.online, sources, unsure = post_prose.place(lines)
        post.recognised += sources
        post.unsure += unsure
    post.registration, sources, unsure = post_prose.registration(lines)
    post.recognised += sources
    post.unsure += unsure
    post.hosts, sources = post_prose.hosts(lines)
    post.recognised += sources
    if post.hosts:
        says = "whoever published the post is probably a host too"
        post.unsure.append(Unsure("hosts", says, sources[0][3], sources[0][2]))


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
            posts.append(read_post(file.name, file.read_bytes()))
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
