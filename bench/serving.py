"""T6: the built folder behind nginx as it comes, beside a hand-written site of the same bytes."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONNECTIONS = (64, 512)
PAGES = 200
SECONDS = 3

NGINX = """
worker_processes auto; daemon off; pid {place}/nginx.pid; error_log {place}/error.log;
events {{ worker_connections 2048; }}
http {{
  types {{ text/html html; text/css css; text/javascript js; font/woff2 woff2; image/svg+xml svg; }}
  access_log off; sendfile on;
  client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
  uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
  server {{ listen 127.0.0.1:{port} backlog=1024; root {root}; }}
}}
"""
ASK = """
local paths = {{ {paths} }}
local number = 0
request = function()
  number = number % #paths + 1
  return wrk.format("GET", paths[number])
end
"""
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def why_not() -> str:
    """Why this cannot be measured here; empty if it can."""
    missing = [name for name in ("nginx", "wrk") if find(name) is None]
    return f"{' and '.join(missing)} not found (Debian: apt-get install nginx-light wrk)" if missing else ""


def find(name: str) -> str | None:
    """The path of a program, which Debian may have put where only root looks."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def by_hand(site: Path, into: Path) -> None:
    """A site as a person would write it: for each page of `site` a plain one of as many bytes."""
    for page in _pages(site):
        there = into / page.relative_to(site)
        there.parent.mkdir(parents=True, exist_ok=True)
        head, foot = b"<!doctype html><title>Seite</title><p>", b"</p>\n"
        there.write_bytes(head + b"x" * (page.stat().st_size - len(head) - len(foot)) + foot)


def _pages(site: Path) -> list[Path]:
    return sorted((site / "mitteilungen").glob("beitrag-*.html"))[:PAGES]


@contextmanager
def served(root: Path, place: Path) -> Iterator[str]:
    """The address at which nginx serves a folder from this machine only."""
    place.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = place / "nginx.conf"
    config.write_text(NGINX.format(place=place, port=port, root=root), encoding="ascii")
    command = [str(find("nginx")), "-c", str(config), "-p", str(place), "-e", str(place / "error.log")]
    server = subprocess.Popen(command)
    try:
        for _ in range(100):
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        else:
            raise SystemExit(f"nginx does not answer: {(place / 'error.log').read_text()}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def surge(address: str, site: Path, connections: int, place: Path) -> tuple[float, float]:
    """Requests a second, and the time in ms within which 99 of 100 were answered."""
    script = place / "ask.lua"
    paths = ", ".join(f'"/{page.relative_to(site).as_posix()}"' for page in _pages(site))
    script.write_text(ASK.format(paths=paths), encoding="ascii")
    command = ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script), address]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors: connect 0, read 0, write 0" not in text + _no_errors(text):
        raise SystemExit(f"not every request was answered:\n{text}")
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", text)
    p99 = re.search(r"99%\s+([0-9.]+)(us|ms|s)", text)
    if rate is None or p99 is None:
        raise SystemExit(f"wrk said something else than expected:\n{text}")
    return float(rate.group(1)), float(p99.group(1)) * UNITS[p99.group(2)]


def _no_errors(text: str) -> str:
    return "" if "Socket errors" in text else "Socket errors: connect 0, read 0, write 0"
