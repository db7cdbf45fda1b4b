"""The desk speaks German and English."""

from __future__ import annotations

import re
import runpy

from django.test import Client

from conftest import ROOT
from desk_people import People
from krisenfest.web.accounts.models import Municipality

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "desk_messages.py"))


def test_the_english_of_the_desk_is_complete_and_holds_nothing_else() -> None:
    known = SCRIPT["translated"]()
    assert {msgid for msgid, msgstr in known.items() if msgstr} == SCRIPT["messages"]()


def test_each_translation_keeps_its_placeholders() -> None:
    for msgid, msgstr in SCRIPT["translated"]().items():
        assert set(re.findall(r"%\(\w+\)s|{\w+}", msgid)) == set(re.findall(r"%\(\w+\)s|{\w+}", msgstr)), msgid


def test_the_desk_is_english_for_who_asks_for_english(
    municipality: Municipality, people: People, client: Client
) -> None:
    client.force_login(people.author)
    german = client.get("/desk/musterstadt/", HTTP_ACCEPT_LANGUAGE="de").content.decode()
    english = client.get("/desk/musterstadt/", HTTP_ACCEPT_LANGUAGE="en-GB").content.decode()
    assert '<html lang="de">' in german and "Was wollen Sie tun?" in german
    assert '<html lang="en' in english and "What do you want to do?" in english and "Warnen" not in english
