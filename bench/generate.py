"""Writes the same posts as a krisenfest content folder, a Hugo and a Pelican site: deterministic, so that runs compare."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

WORDS = [
    "Stadt",
    "Fluss",
    "Brücke",
    "Wasser",
    "Strom",
    "Schule",
    "Hilfe",
    "Straße",
    "Markt",
    "Nachbar",
    "Keller",
    "Licht",
    "Regen",
    "Morgen",
    "Abend",
    "Woche",
    "Straßenbahn",
    "Amt",
    "Frage",
    "Antwort",
    "Platz",
    "Garten",
    "Weg",
    "Haus",
    "Dach",
    "Feuerwehr",
    "Helfer",
    "Plan",
    "Treffen",
    "Pause",
    "Rathaus",
    "Telefon",
    "Karte",
    "Liste",
    "Tag",
]
TOPICS = [f"Thema {number}" for number in range(1, 21)]
TOWN = """\
name: Messstadt
ars: "059580099097"
land: "05"
languages: [{languages}]
imprint: impressum
privacy: datenschutz
accessibility: barrierefreiheit
site_url: https://www.messstadt.example
"""


def words(seed: str, count: int) -> str:
    """`count` words that follow from the seed alone."""
    numbers: list[int] = []
    block = 0
    while len(numbers) < count:
        numbers += sha256(f"{seed}/{block}".encode()).digest()
        block += 1
    return " ".join(WORDS[number % len(WORDS)] for number in numbers[:count])


def posts(records: int, words_each: int = 300) -> list[tuple[str, str, str, list[str], str]]:
    """Posts as (id, title, day, topics, Markdown)."""
    found = []
    for number in range(records):
        name = f"beitrag-{number:05d}"
        paragraphs = [words(f"{name}/{part}", words_each // 5) for part in range(5)]
        body = f"{paragraphs[0]}.\n\n## {words(name, 3)}\n\n" + ".\n\n".join(paragraphs[1:]) + ".\n\n- eins\n- zwei\n"
        day = f"{2016 + number % 10}-{1 + number % 12:02d}-{1 + number % 28:02d}"
        found.append((name, words(f"title/{name}", 5), day, [TOPICS[number % 20], TOPICS[(number * 7 + 3) % 20]], body))
    return found


def content_folder(folder: Path, records: int, languages: str = "de") -> None:
    """The posts as notices of a content folder."""
    (folder / "notices").mkdir(parents=True)
    (folder / "pages").mkdir()
    (folder / "municipality.yaml").write_text(TOWN.format(languages=languages), encoding="utf-8")
    for page in ("impressum", "datenschutz", "barrierefreiheit"):
        (folder / "pages" / f"{page}.md").write_text(f"---\ntitle: {page}\n---\nText\n", encoding="utf-8")
    for name, title, day, topics, body in posts(records):
        text = f"---\ntitle: {title}\nsummary: {title}\npublished: {day}\ntopics: [{', '.join(topics)}]\n---\n{body}"
        (folder / "notices" / f"{name}.md").write_text(text, encoding="utf-8")


BASE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/site.css">
<link rel="canonical" href="{{ .Permalink }}"></head><body><a href="#inhalt">Zum Inhalt springen</a>
<header><a href="/">Messstadt</a><nav><ul><li><a href="/">Start</a></li><li><a href="/posts/">Mitteilungen</a></li>
<li><a href="/tags/">Themen</a></li></ul></nav></header><main id="inhalt">{{ block "main" . }}{{ end }}</main>
<footer><p>Stand: {{ .Lastmod.Format "2.1.2006" }}</p><ul><li><a href="/impressum/">Impressum</a></li></ul></footer></body></html>
"""
LIST = """{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .Paginator.Pages }}<li><h2><a href="{{ .RelPermalink }}">{{ .Title }}</a></h2>
<p>{{ .Params.summary }}</p></li>{{ end }}</ul><nav>{{ with .Paginator.Prev }}<a href="{{ .URL }}">Zurück</a>{{ end }}
{{ with .Paginator.Next }}<a href="{{ .URL }}">Weiter</a>{{ end }}</nav>{{ end }}
"""
SINGLE = """{{ define "main" }}<article><h1>{{ .Title }}</h1><p>{{ .Params.summary }}</p>{{ .Content }}
<p>Themen: {{ range .Params.tags }}<a href="/tags/{{ . | urlize }}/">{{ . }}</a> {{ end }}</p>
<p>Veröffentlicht am {{ .Date.Format "2.1.2006" }}</p></article>{{ end }}
"""


def hugo_site(folder: Path, records: int, version: str = "v0.111") -> None:
    """The same posts as a Hugo site: posts, paged lists, paged tags, feed, sitemap."""
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (folder / "content" / "posts").mkdir(parents=True)
    (layouts / "baseof.html").write_text(BASE, encoding="utf-8")
    (layouts / "list.html").write_text(LIST, encoding="utf-8")
    (layouts / "single.html").write_text(SINGLE, encoding="utf-8")
    minor = int(version.split(".")[1])
    paging = "paginate = 50" if minor < 128 else "[pagination]\npagerSize = 50"  # renamed in 0.128
    config = f'baseURL = "https://www.messstadt.example/"\ntitle = "Messstadt"\nlanguageCode = "de"\n{paging}\n'
    (folder / "config.toml").write_text(config, encoding="utf-8")
    for name, title, day, topics, body in posts(records):
        tags = ", ".join(f'"{topic}"' for topic in topics)
        text = f"---\ntitle: {title}\nsummary: {title}\ndate: {day}\ntags: [{tags}]\n---\n{body}"
        (folder / "content" / "posts" / f"{name}.md").write_text(text, encoding="utf-8")


PELICAN = """
SITENAME = "Messstadt"
SITEURL = "https://www.messstadt.example"
PATH = "content"
TIMEZONE = "Europe/Berlin"
DEFAULT_LANG = "de"
THEME = "simple"
DEFAULT_PAGINATION = 50
PAGINATED_TEMPLATES = {"index": 50, "tag": 50}
TAG_SAVE_AS = "tag/{slug}/index.html"
TAG_URL = "tag/{slug}/"
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_MAX_ITEMS = 50
CATEGORY_FEED_ATOM = TAG_FEED_ATOM = AUTHOR_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = ARCHIVES_SAVE_AS = ""
PLUGINS = ["pelican.plugins.sitemap"]
"""


def pelican_site(folder: Path, records: int) -> None:
    """The same posts as a Pelican site: posts, paged lists, paged tags, feed, sitemap."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(PELICAN, encoding="utf-8")
    for name, title, day, topics, body in posts(records):
        head = f"Title: {title}\nSummary: {title}\nDate: {day}\nTags: {', '.join(topics)}\nSlug: {name}\n\n"
        (folder / "content" / f"{name}.md").write_text(head + body, encoding="utf-8")
