"""Where the law of each Land says how a municipality announces: the default of its notice profile.

Publishing here makes a rule known; force follows from the public notice that these norms ask for.
"""

from __future__ import annotations

from collections.abc import Mapping

# Land (two digits of the ARS) -> the norm on local public notices. The city states announce in their gazettes.
NORMS: Mapping[str, str] = {
    "01": "Bekanntmachungsverordnung Schleswig-Holstein (BekanntVO)",
    "02": "Amtlicher Anzeiger des Hamburgischen Gesetz- und Verordnungsblatts",
    "03": "§ 11 NKomVG (Niedersachsen)",
    "04": "Amtsblatt der Freien Hansestadt Bremen",
    "05": "§ 7 GO NRW und Bekanntmachungsverordnung (BekanntmVO)",
    "06": "§ 7 HGO und Bekanntmachungsverordnung (Hessen)",
    "07": "§ 27 GemO und GemODVO (Rheinland-Pfalz)",
    "08": "§ 1 DVO GemO (Baden-Württemberg)",
    "09": "Art. 26 GO und Bekanntmachungsverordnung (Bayern)",
    "10": "§ 12 KSVG und Bekanntmachungsverordnung (Saarland)",
    "11": "Amtsblatt für Berlin",
    "12": "Bekanntmachungsverordnung Brandenburg (BekanntmV)",
    "13": "§ 5 KV M-V und KV-DVO (Mecklenburg-Vorpommern)",
    "14": "Kommunalbekanntmachungsverordnung Sachsen (KomBekVO)",
    "15": "§ 9 KVG LSA (Sachsen-Anhalt)",
    "16": "Thüringer Bekanntmachungsverordnung (ThürBekVO)",
}


def default_profile(land: str) -> str:
    """The notice profile of a municipality of this Land (two digits) that has written none of its own."""
    return (
        f"Öffentlich bekannt gemacht wird nach {NORMS[land]} und der Hauptsatzung. "
        "Diese Veröffentlichung unterrichtet und ersetzt die öffentliche Bekanntmachung nicht."
    )
