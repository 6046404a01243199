"""Instruments, answers, estimates and rechecks only grow; the box is emptied by mixing alone."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from parindex.web.journal.append_only import append_only

_ONLY_GROW = ("instrument", "response", "recheck", "recheck_people", "estimated")
_BOX = """
CREATE FUNCTION fieldwork_box_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- The answers of the wave were mixed in this very transaction, or before.
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT FROM fieldwork_wave WHERE id = OLD.wave_id AND state IN ('mixed', 'estimated')
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'sealed: % on fieldwork_box is refused', TG_OP
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER fieldwork_box_sealed BEFORE UPDATE OR DELETE ON fieldwork_box
  FOR EACH ROW EXECUTE FUNCTION fieldwork_box_guard();
CREATE TRIGGER fieldwork_box_no_truncate BEFORE TRUNCATE ON fieldwork_box
  FOR EACH STATEMENT EXECUTE FUNCTION parindex_append_only();
"""
_NO_BOX = """
DROP TRIGGER fieldwork_box_sealed ON fieldwork_box;
DROP TRIGGER fieldwork_box_no_truncate ON fieldwork_box;
DROP FUNCTION fieldwork_box_guard();
"""


class Migration(migrations.Migration):
    """After the tables themselves."""

    dependencies: ClassVar = [("fieldwork", "0001_initial")]
    operations: ClassVar = [
        *(append_only(f"fieldwork_{name}") for name in _ONLY_GROW),
        migrations.RunSQL(_BOX, _NO_BOX),
        # A code is marked as used in the page where its row stands: room is left for that.
        migrations.RunSQL(
            "ALTER TABLE fieldwork_invitation SET (fillfactor = 60)",
            "ALTER TABLE fieldwork_invitation RESET (fillfactor)",
        ),
    ]
