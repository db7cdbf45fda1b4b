"""What the desk lists: the start page as residents see it, and everything that is public, found by words and filters."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client

from desk_people import AT, person
from krisenfest import clock
from krisenfest.domain.approval import Role, Verb
from krisenfest.domain.kinds import KINDS
from krisenfest.domain.records import utc
from krisenfest.web.accounts.models import Municipality
from krisenfest.web.desk import work
from krisenfest.web.desk.changes import changes
from krisenfest.web.desk.models import Draft, Revision
from krisenfest.web.rooms import files_for


def listed(client: Client, query: str = "") -> list[str]:
    """The titles of the list, in order."""
    page = client.get(f"/desk/musterstadt/eintraege/{query}").content.decode()
    main = page[page.index("<main") :]
    return re.findall(r'<li class="kd-\w+">(?:<a [^>]*>|<form.*?<button[^>]*>)([^<]+)<', main, re.DOTALL)


def test_the_list_is_searched_and_filtered_without_script(musterstadt: Municipality, client: Client) -> None:
    client.force_login(person(musterstadt, Role.AUTHOR))
    assert "Hochwasser an der Muster" in listed(client)
    assert listed(client, "?q=muster+HOCHWASSER&kind=alert") == ["Hochwasser an der Muster"]
    assert listed(client, "?q=gibt-es-nicht") == []
    of_a_kind = {stands: set(listed(client, f"?kind=alert&stands={stands}")) for stands in ("now", "ahead", "over")}
    every = listed(client, "?kind=alert")
    assert sum(map(len, of_a_kind.values())) == len(every) == len(set(every))
    assert listed(client, "?kind=nonsense&stands=nonsense") == listed(client)


def test_a_large_kind_shows_a_few_entries_and_leads_to_all(musterstadt: Municipality, client: Client) -> None:
    client.force_login(person(musterstadt, Role.AUTHOR))
    page = client.get("/desk/musterstadt/eintraege/").content.decode()
    assert len(re.findall('<li class="kd-', page)) < 35
    assert 'href="?kind=service&amp;stands="' in page
    assert len(listed(client, "?kind=service")) == 17


def test_only_what_can_be_chosen_for_a_verb_is_listed(musterstadt: Municipality, client: Client) -> None:
    client.force_login(person(musterstadt, Role.AUTHOR))
    page = client.get("/desk/musterstadt/eintraege/?verb=restrict").content.decode()
    assert "kind=service&amp;id=" in page and "kind=alert" not in page
    assert len(listed(client, "?verb=all-clear")) < len(listed(client, "?kind=alert"))


def warning(municipality: Municipality) -> Draft:
    """A warning that waits for its second person."""
    author = person(municipality, Role.AUTHOR)
    draft = work.begin(Verb.WARN, "alert", municipality=municipality, by=author, at=AT)
    values = {"kind": "alert", "id": "w", "hazard": "flood", "valid_from": "2026-07-01T10:00:00Z"}
    texts = [
        {"lang": "de", "title": "Wasser", "instructions": "Gehen Sie hoch."},
        {"lang": "en", "title": "Water", "instructions": "Go upstairs."},
    ]
    record = KINDS["alert"].model_validate({**values, "valid_until": "2026-07-02T10:00:00Z", "texts": texts})
    return work.submit(draft, record, version=1, by=author, at=AT)


def test_what_waits_stands_above_the_verbs_for_who_can_decide(municipality: Municipality, client: Client) -> None:
    draft = warning(municipality)
    client.force_login(person(municipality, Role.APPROVER))
    page = client.get("/desk/musterstadt/").content.decode()
    assert page.index("Wartet auf mich") < page.index("/freigeben/") < page.index("Was wollen Sie tun?")
    assert draft.author is not None
    client.force_login(draft.author)
    page = client.get("/desk/musterstadt/").content.decode()
    assert "Wartet auf mich" not in page
    assert page.index("Was wollen Sie tun?") < page.index("Von mir in Arbeit") < page.index("Wasser")


def test_what_is_public_is_shown_as_residents_see_it(municipality: Municipality, client: Client) -> None:
    now = clock.now()
    begun, ends = utc(now - timedelta(hours=1)), utc(now + timedelta(days=1))
    alert = {"kind": "alert", "valid_from": begun, "valid_until": ends}
    for number, values in enumerate(
        (
            {**alert, "hazard": "heat", "texts": [{"lang": "de", "title": "Hitze"}]},
            {**alert, "hazard": "flood", "texts": [{"lang": "de", "title": "Wasser"}]},
            {"kind": "service", "status": "suspended", "texts": [{"lang": "de", "title": "Passamt"}]},
            {"kind": "service", "status": "normal", "texts": [{"lang": "de", "title": "Fundamt"}]},
        )
    ):
        room = {"municipality": municipality, "exercise": False}
        payload = {**values, "id": f"e{number}"}
        Revision.objects.create(
            **room, kind=values["kind"], record_id=f"e{number}", number=1, payload=payload, recorded=now
        )
    client.force_login(person(municipality, Role.APPROVER))
    page = client.get("/desk/musterstadt/").content.decode()
    shown = page[page.index('id="jetzt"') : page.index('id="bald"')]
    assert re.findall(r'kd-alert kd-(\w+)"><h3><a href="[^"]*(/warnungen/\w+.html)">(\w+)<', shown) == [
        ("danger", "/warnungen/e1.html", "Wasser"),
        ("warning", "/warnungen/e0.html", "Hitze"),
    ]
    assert re.findall(r"<strong>([^<]+)</strong>, (bis) ", shown) == [
        ("Große Gefahr", "bis"),
        ("Mittlere Gefahr", "bis"),
    ]
    assert shown.index("Hitze") < shown.index("Keine besondere Regel.") < shown.index("/leistungen/e2.html")
    assert "Fundamt" not in shown


def test_an_approval_shows_the_instruction_first_and_one_language_after_the_other(municipality: Municipality) -> None:
    draft = warning(municipality)
    found = changes(None, draft.payload or {}, files_for(municipality).municipality(AT))
    assert [each["label"] for each in found if not each["lang"]][:2] == ["Was ist zu tun", "Überschrift"]
    assert [each["lang"] for each in found] == sorted(each["lang"] for each in found)
    assert [(each["label"], each["language"]) for each in found[-2:]] == [
        ("Was ist zu tun", "English"),
        ("Überschrift", "English"),
    ]


def test_the_approval_page_has_nothing_above_what_is_to_be_approved(municipality: Municipality, client: Client) -> None:
    draft = warning(municipality)
    client.force_login(person(municipality, Role.APPROVER))
    page = client.get(f"/desk/musterstadt/entwurf/{draft.pk}/freigeben/").content.decode()
    assert "<nav" not in page
    assert page.index("Gehen Sie hoch.") < page.index("Für wen") < page.index("Go upstairs.") < page.index("kd-thumb")
