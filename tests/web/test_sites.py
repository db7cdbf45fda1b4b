"""The built sites as the server gives them where no web server stands in front."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from krisenfest.web.accounts.models import Municipality


@pytest.mark.parametrize("before", ["/", "/uebung/musterstadt/", "/desk/static/"])
@pytest.mark.parametrize(
    "path",
    [
        "{secret}",
        "../secret-key",
        "../../secret-key",
        "..%2F..%2Fsecret-key",
        "%2e%2e/%2e%2e/secret-key",
        "..\\secret-key",
        "index.html%00",
    ],
)
def test_no_address_leads_out_of_the_site(
    municipality: Municipality, data: Path, client: Client, before: str, path: str
) -> None:
    (data / "secret-key").write_text("streng geheim", encoding="utf-8")
    (data / "towns" / "secret-key").write_text("streng geheim", encoding="utf-8")
    answer = client.get(before + path.format(secret=data / "secret-key"))
    assert answer.status_code in (400, 404)
    assert b"streng geheim" not in answer.content


def test_a_page_is_not_sent_twice_to_who_has_it(municipality: Municipality, client: Client) -> None:
    first = client.get("/index.html")
    assert (first.status_code, first["Content-Type"]) == (200, "text/html; charset=utf-8")
    again = client.get("/index.html", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/index.html").status_code in (403, 405)


def test_each_host_name_gets_its_own_site(municipality: Municipality, client: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    municipality.host = "www.musterstadt.example"
    municipality.save()
    Municipality.objects.create(slug="leer", name="Leer", host="www.leer.example")
    assert client.get("/", headers={"host": "www.musterstadt.example"}).status_code == 200
    assert client.get("/", headers={"host": "www.leer.example"}).status_code == 404
    assert client.get("/massnahmen", headers={"host": "www.musterstadt.example"})["Location"] == "/massnahmen/"
    assert client.get("/gibt-es-nicht.html").status_code == 404


def test_health_tells_whether_it_can_work(db: None, data: Path, client: Client) -> None:
    assert client.get("/health/live").json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True, "missing": []}
    data.rmdir()
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "missing": ["data folder"]})
