"""Prepared texts that fill a form: what to say in the first minutes, in German, plain German and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from krisenfest.domain.approval import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A prepared text: its name, and the fields that it fills."""

    name: str
    fields: Mapping[str, str]


def _alert(
    name: str, hazard: str, german: tuple[str, str], simple: tuple[str, str], english: tuple[str, str]
) -> Preset:
    fields = {"hazard": hazard, "title": german[0], "instructions": german[1]}
    for lang, (title, instructions) in (("de-simple", simple), ("en", english)):
        fields |= {f"title__{lang}": title, f"instructions__{lang}": instructions}
    return Preset(name=name, fields=fields)


ALERTS = (
    _alert(
        "Hochwasser",
        "flood",
        (
            "Hochwasser: Das Wasser steigt",
            "Gehen Sie nicht in Keller und Tiefgaragen. Fahren Sie nicht durch überflutete Straßen. Bringen Sie "
            "Wichtiges nach oben. Sehen Sie nach Nachbarinnen und Nachbarn, die Hilfe brauchen. In Lebensgefahr: 112.",
        ),
        (
            "Hochwasser: Das Wasser steigt",
            "Gehen Sie nicht in den Keller. Gehen Sie nicht in eine Tief-Garage. Fahren Sie nicht durch Wasser. "
            "Gehen Sie nach oben. Fragen Sie Ihre Nachbarn: Brauchen Sie Hilfe? Sie sind in Gefahr? Rufen Sie 112 an.",
        ),
        (
            "Flood: the water is rising",
            "Stay out of basements and underground car parks. Do not drive through flooded streets. Move what matters "
            "upstairs. Look in on neighbours who need help. If life is in danger, call 112.",
        ),
    ),
    _alert(
        "Stromausfall",
        "power-outage",
        (
            "Stromausfall",
            "Bleiben Sie ruhig. Schalten Sie Herd und Bügeleisen aus. Benutzen Sie Taschenlampen statt Kerzen. Sparen "
            "Sie den Akku Ihres Telefons. Wer auf ein medizinisches Gerät angewiesen ist und Hilfe braucht: 112.",
        ),
        (
            "Der Strom ist aus",
            "Bleiben Sie ruhig. Machen Sie den Herd aus. Nehmen Sie eine Taschen-Lampe. Keine Kerzen. Benutzen Sie Ihr "
            "Handy nur wenig. Sie brauchen ein Gerät zum Leben? Rufen Sie 112 an.",
        ),
        (
            "Power cut",
            "Stay calm. Turn off cookers and irons. Use torches rather than candles. Save the battery of your phone. "
            "If you depend on a medical device and need help, call 112.",
        ),
    ),
    _alert(
        "Cyberangriff auf die Verwaltung",
        "cyber",
        (
            "Die IT der Verwaltung ist ausgefallen",
            "Viele Leistungen sind im Moment nicht erreichbar. Wichtige Anliegen nehmen wir am Bürgertelefon und vor Ort "
            "auf. Antworten Sie nicht auf E-Mails, die in unserem Namen nach Passwörtern oder Geld fragen. Was wann "
            "wieder geht, steht auf dieser Seite.",
        ),
        (
            "Die Computer im Rathaus gehen nicht",
            "Viele Dinge gehen im Rathaus gerade nicht. Rufen Sie das Bürger-Telefon an. Oder kommen Sie ins Rathaus. "
            "Bekommen Sie eine E-Mail vom Rathaus? Jemand will Ihr Passwort oder Geld? Antworten Sie nicht.",
        ),
        (
            "The town's computers are down",
            "Many services cannot be reached at the moment. For urgent matters call the hotline or come in person. Do "
            "not answer mails that ask for passwords or money in our name. This page says what works again and when.",
        ),
    ),
    _alert(
        "Trinkwasser abkochen",
        "water",
        (
            "Trinkwasser bitte abkochen",
            "Kochen Sie Leitungswasser drei Minuten sprudelnd ab, bevor Sie es trinken, Speisen damit zubereiten oder "
            "Zähne putzen. Duschen und Waschen sind möglich. Geben Sie Babys nur abgekochtes Wasser.",
        ),
        (
            "Kochen Sie das Wasser aus dem Wasser-Hahn",
            "Im Wasser können Keime sein. Kochen Sie das Wasser 3 Minuten. Erst dann trinken. Auch zum Zähne-Putzen und "
            "zum Kochen. Sie können duschen und Wäsche waschen.",
        ),
        (
            "Boil tap water",
            "Boil tap water for three minutes before you drink it, cook with it or brush your teeth. Showering and "
            "washing are safe. Give babies boiled water only.",
        ),
    ),
    _alert(
        "Hitze",
        "heat",
        (
            "Große Hitze",
            "Trinken Sie viel Wasser. Bleiben Sie mittags im Schatten oder drinnen. Lassen Sie niemanden im Auto zurück, "
            "auch keine Tiere. Fragen Sie bei älteren Menschen nach. Bei Verwirrtheit oder Bewusstlosigkeit: 112.",
        ),
        (
            "Es ist sehr heiß",
            "Trinken Sie viel Wasser. Bleiben Sie am Mittag drinnen. Lassen Sie keine Kinder und keine Tiere im Auto. "
            "Fragen Sie ältere Menschen: Geht es Ihnen gut? Jemand ist ohnmächtig? Rufen Sie 112 an.",
        ),
        (
            "Extreme heat",
            "Drink plenty of water. Stay in the shade or indoors around noon. Leave nobody in a car, animals included. "
            "Check on older people. If somebody is confused or unconscious, call 112.",
        ),
    ),
    _alert(
        "Evakuierung",
        "evacuation",
        (
            "Bitte verlassen Sie das genannte Gebiet",
            "Gehen Sie jetzt. Nehmen Sie Ausweis, Medikamente, Telefon und warme Kleidung mit. Schließen Sie Fenster und "
            "Türen. Helfen Sie anderen hinaus. Folgen Sie den Einsatzkräften. Wer allein nicht weg kann: 112.",
        ),
        (
            "Gehen Sie jetzt weg von dort",
            "Sie müssen jetzt gehen. Nehmen Sie mit: Ausweis, Medikamente, Handy, warme Kleidung. Machen Sie Fenster und "
            "Türen zu. Hören Sie auf Feuerwehr und Polizei. Sie kommen allein nicht weg? Rufen Sie 112 an.",
        ),
        (
            "Please leave the named area",
            "Leave now. Take your identity card, medicines, phone and warm clothes. Close windows and doors. Help others "
            "out. Follow the emergency services. If you cannot leave on your own, call 112.",
        ),
    ),
    _alert(
        "Sperrung",
        "closure",
        (
            "Straße gesperrt",
            "Bitte umfahren Sie die Stelle weiträumig und folgen Sie der Umleitung. Rettungswege müssen frei bleiben.",
        ),
        (
            "Die Straße ist zu",
            "Sie können hier nicht fahren. Fahren Sie einen anderen Weg. Die Feuerwehr braucht Platz.",
        ),
        (
            "Road closed",
            "Please avoid the place and follow the diversion. Keep the way free for the emergency services.",
        ),
    ),
)

PRESETS: Mapping[Verb, tuple[Preset, ...]] = {Verb.WARN: ALERTS}
