"""The web server's settings in the documentation, tried in a real nginx in front of a real desk."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from conftest import MUSTERSTADT, ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not here (Debian: apt-get install nginx-light)")
MIME = Path("/etc/nginx/mime.types")
DESK, SITE = "redaktion.musterstadt.example", "www.musterstadt.example"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def documented(app: int, here: int, site: Path) -> str:
    """The block of the documentation, on this machine's own port and without the certificates of another."""
    text = (ROOT / "docs/how-to/set-up-a-town.md").read_text(encoding="utf-8")
    block = re.search(r"```nginx\n(.*?)```", text, re.DOTALL)
    assert block is not None
    lines = [line for line in block.group(1).splitlines() if "ssl_certificate" not in line]
    found = (
        "\n".join(lines)
        .replace("listen 443 ssl", f"listen 127.0.0.1:{here}")
        .replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    )
    return found.replace("/var/lib/krisenfest/towns/mytown/site", str(site))


@pytest.fixture(scope="module")
def front() -> Iterator[int]:
    """A desk with a town behind nginx; gives nginx's port."""
    place = Path(tempfile.mkdtemp(prefix="krisenfest-nginx-"))
    place.chmod(0o711)  # nginx reads as somebody else
    data = place / "data"
    data.mkdir(mode=0o711)
    environment = {**os.environ, "KRISENFEST_DATA": str(data), "KRISENFEST_DESK_URL": f"https://{DESK}"}
    environment |= {"KRISENFEST_HOSTS": SITE, "KRISENFEST_DATABASE_URL": ""}
    krisenfest = [sys.executable, "-m", "krisenfest"]
    add = [*krisenfest, "town", "add", "mytown", str(MUSTERSTADT), "--host", SITE]
    subprocess.run(add, env=environment, check=True, capture_output=True)
    app, here = free_port(), free_port()
    config = place / "nginx.conf"
    temporary = " ".join(
        f"{name}_temp_path {place}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    servers = documented(app, here, data / "towns" / "mytown" / "site")
    config.write_text(
        f"daemon off; pid {place}/pid; events {{}}\nhttp {{ {temporary}\n{servers}\n}}\n", encoding="utf-8"
    )
    started = [
        subprocess.Popen([*krisenfest, "serve", "--port", str(app)], env=environment, stderr=subprocess.DEVNULL),
        subprocess.Popen([str(NGINX), "-c", str(config), "-e", str(place / "error.log")]),
    ]
    try:
        for _ in range(200):
            try:
                if ask(here, DESK, "/health/ready")[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.1)
        else:
            raise AssertionError((place / "error.log").read_text())
        yield here
    finally:
        for each in started:
            each.send_signal(signal.SIGTERM)
            each.wait(40)
        shutil.rmtree(place)


def ask(port: int, host: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(connection):
        return _ask(connection, host, path, headers)


def _ask(
    connection: http.client.HTTPConnection, host: str, path: str, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    connection.request("GET", path, headers={"Host": host, **headers})
    answer = connection.getresponse()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def test_the_desk_answers_behind_it_and_knows_that_it_is_reached_by_tls(front: int) -> None:
    status, headers, page = ask(front, DESK, "/desk/konto/login/")
    assert (status, b"Mit Passkey anmelden" in page) == (200, True)
    assert "Secure" in headers["set-cookie"] and "max-age" in headers["strict-transport-security"]
    assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.skipif(not MIME.exists(), reason="nginx's own list of media types is elsewhere")
def test_the_site_is_served_from_its_files_with_headers_and_its_own_404_page(front: int) -> None:
    for path, kind in (("/", "text/html; charset=utf-8"), ("/assets/site.css", "text/css"), ("/nirgends", "text/html")):
        status, headers, page = ask(front, SITE, path)
        assert (status, headers["content-type"].startswith(kind)) == (404 if path == "/nirgends" else 200, True)
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-cache"
        assert b"Musterstadt" in page or path.endswith("css")


def test_the_data_folder_is_not_served(front: int) -> None:
    for path in ("/../../../secret-key", "/../state/release.json", "/%2e%2e/%2e%2e/desk.sqlite3"):
        assert ask(front, SITE, path)[0] in (400, 404)
