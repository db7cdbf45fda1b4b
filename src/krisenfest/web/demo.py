"""The demo: Musterstadt built as of now, and served from this machine only."""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import orjson

from krisenfest import rebuild
from krisenfest.config import Config
from krisenfest.errors import KrisenfestError
from krisenfest.filetree import MEDIA_TYPES

HOST = "127.0.0.1"


class SiteHandler(SimpleHTTPRequestHandler):
    """Serves the built files with their media types; says nothing on the console."""

    extensions_map = {f".{ending}": media_type for ending, media_type in MEDIA_TYPES.items()} | {
        "": "application/octet-stream",
        ".html": "text/html; charset=utf-8",
    }

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: an address that was read is personal data."""

    def end_headers(self) -> None:
        """Add the headers that a web server in production sends too (docs/how-to/publish.md)."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """A page that does not exist is the site's own 404 page."""
        page = Path(self.directory) / "404.html"
        if code != 404 or not page.is_file():
            super().send_error(code, message, explain)
            return
        data = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def example() -> Path:
    """The folder of the example town, from the package or from the project's tree."""
    packed = Path(str(files("krisenfest"))) / "examples" / "musterstadt"
    return packed if packed.is_dir() else packed.parents[3] / "examples" / "musterstadt"


def run(*, port: int, data: Path | None, as_json: bool, config: Config, at: datetime) -> int:
    """Build the example as of `at` and serve it until stopped; prints the address once everything answers.

    Without `data` all files lie in a temporary folder that goes with the demo. Raises KrisenfestError if the port
    is taken.
    """
    with tempfile.TemporaryDirectory(prefix="krisenfest-demo-") as temporary:
        folder = data or Path(temporary)
        site = folder / "site"
        rebuild.build_folder(example(), site, state_folder=folder / "state", config=config, at=at)
        try:
            server = ThreadingHTTPServer((HOST, port), partial(SiteHandler, directory=str(site)))
        except OSError as error:
            raise KrisenfestError(
                f"port {port} cannot be used ({error.strerror}): choose another with --port"
            ) from None
        address = f"http://{HOST}:{server.server_port}/"
        if as_json:
            values: dict[str, object] = {"site": address, "desk": None, "mailbox": None, "api": None, "accounts": []}
            sys.stdout.write(orjson.dumps(values).decode() + "\n")
        else:
            print(f"Musterstadt is at {address}  (Ctrl+C ends the demo)")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            server.server_close()
    return 0
