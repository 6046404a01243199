"""The tables of a round: what was planned, claimed, found, asked, decided; facts only grow."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parindex.web.assessment.states import (
    Direction,
    PhaseKind,
    RoundState,
    SheetState,
    Window,
    final_from,
    stage_of,
    stages,
)
from parindex.web.people.models import Issuer, Unit
from parindex.web.reference.models import Rulebook

_PERSON = settings.AUTH_USER_MODEL


class Round(models.Model):
    """Kỳ đánh giá: one index of one year for the units of one issuer."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="rounds")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=300)
    index = models.CharField(max_length=60)
    year = models.SmallIntegerField()
    reference_date = models.DateField()
    direction = models.CharField(max_length=10, choices=[(one, one) for one in Direction])
    state = models.CharField(max_length=12, default=RoundState.PLANNED)
    n_appraisals = models.SmallIntegerField(default=2)
    # Two appraisers an item, blind to one another until both are done.
    double_appraisal = models.BooleanField(default=False)
    missing_is_zero = models.BooleanField(default=False)
    previous = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        """A slug names one round of an issuer."""

        db_table = "assessment_round"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "slug"], name="assessment_round_slug")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of its scores, in order."""
        return stages(self.n_appraisals)

    @property
    def final_from(self) -> tuple[str, ...]:
        """The stages that can be final, the latest first."""
        return final_from(self.n_appraisals)


class Group(models.Model):
    """Khối: a peer group of a round with its criteria set."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=60)
    rulebook = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")
    position = models.SmallIntegerField()

    class Meta:
        """In the order shown."""

        db_table = "assessment_group"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "name"], name="assessment_group_name")
        ]


class Phase(models.Model):
    """Giai đoạn: when what may be written, and what who may see meanwhile."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="phases")
    kind = models.CharField(max_length=20, choices=[(one, one) for one in PhaseKind])
    number = models.SmallIntegerField(default=1)
    position = models.SmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # From its opening on, units see what was found of themselves.
    units_see_findings = models.BooleanField(default=False)
    # The roles that see the provisional index and rank while it is open.
    provisional_for = models.JSONField(default=list)

    class Meta:
        """In order; each kind and number once."""

        db_table = "assessment_phase"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "kind", "number"], name="assessment_phase_once"
            ),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at")),
                name="assessment_phase_span",
            ),
        ]

    @property
    def stage(self) -> str:
        """The stage whose scores are written in it."""
        return stage_of(PhaseKind(self.kind), self.number)

    @property
    def window(self) -> Window:
        """When it may be written in."""
        return Window(
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            opened=self.opened_at is not None,
            closed=self.closed_at is not None,
        )


class Sheet(models.Model):
    """Phiếu: one unit in one round."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="sheets")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="sheets")
    ranked = models.BooleanField(default=True)
    state = models.CharField(max_length=16, default=SheetState.DRAFTING)
    submitted_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    class Meta:
        """One a unit and round."""

        db_table = "assessment_sheet"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "unit"], name="assessment_sheet_once")
        ]

    def __str__(self) -> str:
        return self.unit.name


class Entrusted(models.Model):
    """An item of a sheet that another unit fills: the upward round, where fields have leads."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="entrusted")
    item = models.CharField(max_length=20)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)

    class Meta:
        """An item is entrusted to one."""

        db_table = "assessment_entrusted"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "item"], name="assessment_entrusted_once")
        ]


class Appraiser(models.Model):
    """Which body appraises the items of a specialist key; for one sheet another may be named.

    ``key`` is the ``appraiser`` of the rulebook's items.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="appraisers")
    key = models.CharField(max_length=60)
    body = models.ForeignKey(Unit, on_delete=models.PROTECT)
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT)

    class Meta:
        """One body a key, and one a key and sheet."""

        db_table = "assessment_appraiser"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "key", "sheet"],
                name="assessment_appraiser_once",
                nulls_distinct=False,
            )
        ]


class Extension(models.Model):
    """Gia hạn: a later deadline of a phase for one sheet or for all; every unit sees it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    phase = models.ForeignKey(Phase, on_delete=models.PROTECT, related_name="extensions")
    sheet = models.ForeignKey(Sheet, null=True, on_delete=models.PROTECT)
    until = models.DateTimeField()
    # A waiver: what is handed in late is not marked late.
    waives_lateness = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_extension"


class ScoreEntry(models.Model):
    """One opinion of one item at one stage; a later one supersedes it and both remain.

    ``seat`` is 0 for the score that counts, 1 and 2 for the two blind opinions of a double
    appraisal. ``quantity`` holds the entry's columns as text; points are exact.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="entries")
    item = models.CharField(max_length=20)
    stage = models.CharField(max_length=20)
    seat = models.SmallIntegerField(default=0)
    version = models.IntegerField()
    quantity = models.JSONField()
    points = models.DecimalField(max_digits=14, decimal_places=6)
    maximum = models.DecimalField(max_digits=14, decimal_places=6)
    marker = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    acting_for = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        """Only grows; a version is written once, so that of two writers one is told."""

        db_table = "assessment_scoreentry"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sheet", "item", "stage", "seat", "version"],
                name="assessment_scoreentry_version",
            )
        ]


class ItemLine(models.Model):
    """Where one item of one sheet stands: the latest of everything, for lists; made of the rest."""

    id = models.BigAutoField(primary_key=True)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="lines")
    item = models.CharField(max_length=20)
    area = models.CharField(max_length=20)
    claim = models.ForeignKey(ScoreEntry, null=True, on_delete=models.PROTECT, related_name="+")
    finding = models.ForeignKey(ScoreEntry, null=True, on_delete=models.PROTECT, related_name="+")
    claimed = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    found = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    found_stage = models.CharField(max_length=20, blank=True)
    n_evidence = models.IntegerField(default=0)
    not_applicable = models.BooleanField(default=False)
    # An explanation was asked for and not given yet.
    asked = models.BooleanField(default=False)
    # The two blind opinions differ, or the unit does not accept what was found.
    disputed = models.BooleanField(default=False)

    class Meta:
        """One a sheet and item."""

        db_table = "assessment_itemline"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "item"], name="assessment_itemline_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["sheet", "area"], name="assessment_itemline_area")
        ]


class Exemption(models.Model):
    """Không áp dụng: asked by a unit for one item, with a reason; and what was decided of it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="exemptions")
    item = models.CharField(max_length=20)
    reason = models.CharField(max_length=1000)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    decided_why = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        """One that waits a sheet and item."""

        db_table = "assessment_exemption"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sheet", "item"],
                condition=models.Q(granted__isnull=True),
                name="assessment_exemption_waiting",
            )
        ]


class StoredFile(models.Model):
    """A file as kept under its SHA-256: what it is, its text, what was noticed in it."""

    digest = models.CharField(primary_key=True, max_length=80)
    kind = models.CharField(max_length=10)
    size = models.BigIntegerField()
    pages = models.IntegerField(null=True)
    warnings = models.JSONField(default=list)
    signatures = models.JSONField(default=list)
    # none | layer | reading | read | failed: where the searchable text comes from.
    text_state = models.CharField(max_length=10, default="none")
    text_pages_done = models.IntegerField(default=0)
    text = models.TextField(blank=True)
    folded = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        """By digest."""

        db_table = "assessment_storedfile"


class Evidence(models.Model):
    """Tài liệu kiểm chứng: a document of a unit, used by any number of items and years."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    title = models.CharField(max_length=300)
    folded = models.CharField(max_length=400)
    number = models.CharField(max_length=80, blank=True)
    issued_on = models.DateField(null=True)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_evidence"


class Revision(models.Model):
    """One version of a document: its file. A replacement is a further revision."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="revisions")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="revisions")
    number = models.SmallIntegerField()
    name = models.CharField(max_length=255)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows; numbered from 1."""

        db_table = "assessment_revision"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["evidence", "number"], name="assessment_revision_once")
        ]


class Use(models.Model):
    """A document shown for an item of a sheet: where in it, and at which stage it was added."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="uses")
    item = models.CharField(max_length=20)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="uses")
    pointer = models.CharField(max_length=200, blank=True)
    page = models.IntegerField(null=True)
    # self, or explanation-1, explanation-2, …
    stage = models.CharField(max_length=20)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_use"
        indexes: ClassVar = [models.Index(fields=["sheet", "item"], name="assessment_use_item")]


class Withdrawal(models.Model):
    """A use that no longer stands; the use itself stays readable."""

    use = models.OneToOneField(
        Use, primary_key=True, on_delete=models.PROTECT, related_name="withdrawal"
    )
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """Only grows."""

        db_table = "assessment_withdrawal"


class SignedForm(models.Model):
    """The sheet as printed, signed by the head of the unit and attached, with its signatures."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="signed_forms")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_signedform"


class Question(models.Model):
    """Yêu cầu giải trình: an appraiser asks the unit about one item, in one round of asking."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="questions")
    item = models.CharField(max_length=20)
    number = models.SmallIntegerField()
    text = models.TextField()
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows; one an item and round of asking."""

        db_table = "assessment_question"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sheet", "item", "number"], name="assessment_question_once"
            )
        ]


class Answer(models.Model):
    """Giải trình: what the unit answered; a later answer of the same round supersedes it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    accepts = models.BooleanField()
    text = models.TextField(blank=True)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_answer"


class Vote(models.Model):
    """Biểu quyết: how the council voted on the score that it decided, and in which minutes."""

    entry = models.OneToOneField(
        ScoreEntry, primary_key=True, on_delete=models.PROTECT, related_name="vote"
    )
    in_favour = models.SmallIntegerField()
    against = models.SmallIntegerField()
    abstained = models.SmallIntegerField()
    chair_decided = models.BooleanField(default=False)
    minutes = models.CharField(max_length=200)
    held_on = models.DateField()

    class Meta:
        """Only grows; a vote that did not carry needs the chair's voice."""

        db_table = "assessment_vote"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(in_favour__gt=models.F("against"))
                | models.Q(in_favour=models.F("against"), chair_decided=True),
                name="assessment_vote_carried",
            )
        ]


class Change(models.Model):
    """A change after the appraisal lock: proposed by one person, approved by another, in public."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="changes")
    item = models.CharField(max_length=20)
    quantity = models.JSONField()
    points = models.DecimalField(max_digits=14, decimal_places=6)
    reason = models.TextField()
    proposed_by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    decided_by = models.ForeignKey(_PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_why = models.TextField(blank=True)

    class Meta:
        """Two persons, always."""

        db_table = "assessment_change"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("proposed_by")),
                name="assessment_change_two_persons",
            ),
            models.UniqueConstraint(
                fields=["sheet", "item"],
                condition=models.Q(approved__isnull=True),
                name="assessment_change_waiting",
            ),
        ]


class Table(models.Model):
    """A table of the round folder that nobody enters item by item: findings, facts, adjustments,
    previous results; as uploaded, a later one supersedes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="tables")
    name = models.CharField(max_length=20)
    version = models.IntegerField()
    content = models.TextField()
    source = models.CharField(max_length=300)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """Only grows."""

        db_table = "assessment_table"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["round", "name", "version"], name="assessment_table_version"
            )
        ]
