"""The database itself holds that an approval is one of its draft, and that nothing is public without one.

A later migration that makes one of these tables anew on SQLite loses its triggers: it has to add them again.
"""

from __future__ import annotations

from typing import Any

from django.db import migrations

APPROVAL_FITS = """SELECT 1 FROM desk_draft d WHERE d.id = NEW.draft_id AND d.exercise = NEW.exercise
    AND d.submitted_by_id = NEW.submitted_by_id AND d.state NOT IN ('draft', 'returned')
    AND (d.exercise OR NEW.approved_by_id IS NULL OR d.changed_by_id IS NULL
        OR d.changed_by_id <> NEW.approved_by_id)"""
DRAFT_HAS_APPROVAL = "SELECT 1 FROM desk_approval a WHERE a.draft_id = NEW.id"
DRAFT_IS_PUBLIC = """SELECT 1 FROM desk_publication p JOIN desk_approval a ON a.id = p.approval_id
    WHERE a.draft_id = NEW.id AND p.status = 'done'"""
PUBLICATION_FITS = """SELECT 1 FROM desk_approval a JOIN desk_draft d ON d.id = a.draft_id
    JOIN desk_revision r ON r.id = NEW.revision_id
    WHERE a.id = NEW.approval_id AND d.exercise = NEW.exercise AND d.municipality_id = NEW.municipality_id
    AND r.exercise = NEW.exercise AND r.municipality_id = NEW.municipality_id
    AND r.kind = d.kind AND r.record_id = d.record_id"""

# name, table, when, what must not be so, what is said
RULES = [
    *(
        ("four_eyes_approval", "desk_approval", when, f"NOT EXISTS ({APPROVAL_FITS})", "four eyes: not of this draft")
        for when in ("INSERT", "UPDATE")
    ),
    (
        "four_eyes_approved",
        "desk_draft",
        "UPDATE",
        f"NEW.state = 'approved' AND NOT EXISTS ({DRAFT_HAS_APPROVAL})",
        "four eyes: approved by nobody",
    ),
    (
        "four_eyes_published",
        "desk_draft",
        "UPDATE",
        f"NEW.state = 'published' AND NOT EXISTS ({DRAFT_IS_PUBLIC})",
        "four eyes: published without a publication",
    ),
    (
        "four_eyes_settled",
        "desk_draft",
        "UPDATE",
        f"""(NEW.submitted_by_id <> OLD.submitted_by_id OR NEW.submitted_by_id IS NULL OR NEW.exercise <> OLD.exercise
        OR NEW.changed_by_id <> OLD.changed_by_id OR CAST(NEW.payload AS TEXT) <> CAST(OLD.payload AS TEXT)
        OR CAST(NEW.fields AS TEXT) <> CAST(OLD.fields AS TEXT)
        OR NEW.municipality_id <> OLD.municipality_id)
        AND EXISTS ({DRAFT_HAS_APPROVAL})""",
        "four eyes: what was approved stays as it is",
    ),
    *(
        (
            "four_eyes_publication",
            "desk_publication",
            when,
            f"NOT EXISTS ({PUBLICATION_FITS})",
            "four eyes: not of this approval",
        )
        for when in ("INSERT", "UPDATE")
    ),
]


def protect(apps: Any, editor: Any) -> None:
    """Add the triggers of this database."""
    for name, table, when, wrong, said in RULES:
        full = f"{name}_{when.lower()}"
        if editor.connection.vendor == "postgresql":
            editor.execute(
                f"""CREATE FUNCTION {full}() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF {wrong} THEN RAISE EXCEPTION '{said}' USING ERRCODE = 'check_violation'; END IF;
                RETURN NEW; END $$"""
            )
            editor.execute(f"CREATE TRIGGER {full} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {full}()")
        else:
            editor.execute(
                f"CREATE TRIGGER {full} BEFORE {when} ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )


class Migration(migrations.Migration):
    """Four eyes."""

    dependencies = (("desk", "0001_initial"),)
    operations = (migrations.RunPython(protect, migrations.RunPython.noop),)
