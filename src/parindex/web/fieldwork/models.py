"""The tables of a survey: whom to ask, what came sealed, and the answers, which know nobody."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from parindex.web.fieldwork.states import InvitationState, Mode, WaveState, Window
from parindex.web.people.models import Issuer, Unit

_PERSON = settings.AUTH_USER_MODEL
# What the cell of a counter was drawn from: nothing; whoever comes there answers.
COUNTER = "counter/"


class Instrument(models.Model):
    """Phiếu hỏi: one version of a questionnaire, consent text included; only grows."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="instruments")
    slug = models.CharField(max_length=80)
    version = models.BigIntegerField()
    title = models.CharField(max_length=500)
    status = models.CharField(max_length=20)
    digest = models.CharField(max_length=80)
    # The questionnaire's own YAML, from whatever file it was read.
    content = models.TextField()
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        """A version is written once an issuer."""

        db_table = "fieldwork_instrument"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "slug", "version"], name="fieldwork_instrument_version"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Wave(models.Model):
    """Đợt khảo sát: one instrument in the field, from the frame to the estimates."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="waves")
    slug = models.SlugField(max_length=80)
    title = models.CharField(max_length=300)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="waves")
    state = models.CharField(max_length=12, default=WaveState.PLANNED)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # Until when what was given offline or on paper may still come in.
    syncs_until = models.DateTimeField()
    # No answer is told apart within fewer than these.
    min_cell = models.SmallIntegerField(default=5)
    # For how long a place is held for one who has begun.
    hold_hours = models.SmallIntegerField(default=24)
    # The ways in whose forms are typed twice.
    typed_twice = models.JSONField(default=list)
    # Units that every respondent rates, where the instrument rates bodies: their slugs.
    bodies = models.JSONField(default=list)
    # The sampling plan (parindex.sampling/1), empty where nobody is drawn.
    plan = models.TextField(blank=True)
    # Which column of the frame holds what: name, phone, address, dossier, unit, service, ...
    columns = models.JSONField(default=dict)
    frame_digest = models.CharField(max_length=80, blank=True)
    seed = models.CharField(max_length=200, blank=True)
    receipt = models.TextField(blank=True)
    # X25519, in hexadecimal; its other half is a file, until the answers are mixed.
    public_key = models.CharField(max_length=64, blank=True)
    # How long every sealed answer is, in bytes, whatever it says.
    sealed_size = models.IntegerField(default=0)
    mixed_digest = models.CharField(max_length=80, blank=True)
    n_mixed = models.IntegerField(null=True)
    n_withheld = models.IntegerField(null=True)
    # When names, telephones and addresses are forgotten.
    contacts_until = models.DateField(null=True)

    class Meta:
        """A slug names one wave of an issuer; times are in order."""

        db_table = "fieldwork_wave"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "slug"], name="fieldwork_wave_slug"),
            models.CheckConstraint(
                condition=models.Q(opens_at__lt=models.F("closes_at"))
                & models.Q(closes_at__lte=models.F("syncs_until")),
                name="fieldwork_wave_span",
            ),
            models.CheckConstraint(
                condition=models.Q(min_cell__gte=2), name="fieldwork_wave_min_cell"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def window(self) -> Window:
        """When it takes answers."""
        return Window(
            state=WaveState(self.state),
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            syncs_until=self.syncs_until,
        )


class Quota(models.Model):
    """Hạn ngạch: how many answers some cells take together; a start reserves one of them."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="quotas")
    label = models.TextField()
    limit = models.IntegerField()
    reserved = models.IntegerField(default=0)
    used = models.IntegerField(default=0)

    class Meta:
        """The database itself lets no quota overflow."""

        db_table = "fieldwork_quota"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "label"], name="fieldwork_quota_label"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, used__gte=0)
                & models.Q(limit__gte=models.F("reserved") + models.F("used")),
                name="fieldwork_quota_holds",
            ),
        ]


class Cell(models.Model):
    """What all who were drawn together share, and all that an answer says of who gave it.

    ``design`` holds what estimation needs: ``strata``, ``units`` and ``fpc`` by stages (the unit
    of the last stage is the answer itself), ``stratum`` and ``psu`` of the variance, ``weight``.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="cells")
    position = models.IntegerField()
    # The cell of the frame that its people were drawn from: reserves step in within it.
    draw = models.TextField(blank=True)
    stratum = models.TextField(blank=True)
    psu = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=200, blank=True)
    respondents = models.CharField(max_length=120, blank=True)
    design = models.JSONField(default=dict)
    n_drawn = models.IntegerField(default=0)
    quota = models.ForeignKey(Quota, null=True, on_delete=models.PROTECT, related_name="cells")
    # The larger cell that this one's answers stand in, where they were too few.
    pooled_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="pooled_cells"
    )

    class Meta:
        """In the order of the draw."""

        db_table = "fieldwork_cell"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "position"], name="fieldwork_cell_position")
        ]

    @property
    def is_counter(self) -> bool:
        """Whether its answers come from whoever came to a counter."""
        return self.draw.startswith(COUNTER)


class Invitation(models.Model):
    """Phiếu mời: a person who may answer once; whether they did, and nothing of what or when.

    A slip for a counter is an invitation of nobody by name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="invitations")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="invitations")
    order = models.IntegerField()
    reserve = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default=InvitationState.DRAWN)
    reason = models.CharField(max_length=500, blank=True)
    name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=400, blank=True)
    dossier = models.CharField(max_length=120, blank=True)
    # The SHA-256 of the code, which itself stands on the printed letter and nowhere else.
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique
    used = models.BooleanField(default=False)
    # The SHA-256 of the device's own number of its answer: a repetition is known again.
    receipt = models.CharField(max_length=64, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    class Meta:
        """In drawn order, the drawn and the reserve of a cell apart."""

        db_table = "fieldwork_invitation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cell", "reserve", "order"], name="fieldwork_invitation_order"
            )
        ]


class Reservation(models.Model):
    """A place of a quota held for one who has begun; it lapses on the hour."""

    invitation = models.OneToOneField(
        Invitation, primary_key=True, on_delete=models.PROTECT, related_name="reservation"
    )
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="reservations")
    expires_at = models.DateTimeField()

    class Meta:
        """Removed when it is used or lapses."""

        db_table = "fieldwork_reservation"


class Box(models.Model):
    """Thùng phiếu: a sealed answer, which nobody opens before all are mixed."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="boxes")
    sealed = models.BinaryField()

    class Meta:
        """Emptied when the wave is mixed, and at no other time."""

        db_table = "fieldwork_box"


class Response(models.Model):
    """Phiếu trả lời: an answer out of the mixing; its number is drawn by lot.

    ``mode``, ``interviewer`` and ``week`` are kept only where enough answers share them.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="responses")
    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="responses")
    answers = models.JSONField()
    mode = models.CharField(max_length=12, blank=True, choices=[(one, one) for one in Mode])
    interviewer = models.CharField(max_length=20, blank=True)
    # The Monday of the week.
    week = models.DateField(null=True)

    class Meta:
        """Only grows, all of a wave at once."""

        db_table = "fieldwork_response"


class Interviewer(models.Model):
    """Điều tra viên of one wave, with the code that answers know them by."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="interviewers")
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=20)

    class Meta:
        """A person and a code once a wave."""

        db_table = "fieldwork_interviewer"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "person"], name="fieldwork_interviewer_person"),
            models.UniqueConstraint(fields=["wave", "code"], name="fieldwork_interviewer_code"),
        ]


class Assigned(models.Model):
    """Phân công: whom an interviewer goes to."""

    invitation = models.OneToOneField(
        Invitation, primary_key=True, on_delete=models.PROTECT, related_name="assigned"
    )
    interviewer = models.ForeignKey(Interviewer, on_delete=models.PROTECT, related_name="assigned")

    class Meta:
        """An invitation is one interviewer's."""

        db_table = "fieldwork_assigned"


class Kiosk(models.Model):
    """A tablet at a counter that may take answers by slips; only the digest of its key is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="kiosks")
    name = models.CharField(max_length=120)
    key_hash = models.CharField(max_length=64, unique=True)
    ended = models.BooleanField(default=False)

    class Meta:
        """Ended, never removed."""

        db_table = "fieldwork_kiosk"


class Entry(models.Model):
    """A form as typed the first or second time, sealed, until the two are compared and settled."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    invitation = models.ForeignKey(Invitation, on_delete=models.PROTECT, related_name="typed")
    number = models.SmallIntegerField()
    mode = models.CharField(max_length=12)
    sealed = models.BinaryField()
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Once each, by two persons; removed when settled."""

        db_table = "fieldwork_entry"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invitation", "number"], name="fieldwork_entry_once"),
            models.UniqueConstraint(fields=["invitation", "person"], name="fieldwork_entry_two"),
        ]


class Recheck(models.Model):
    """Phỏng vấn lại: a cell or interviewer whose answers look wrong, and whom to telephone.

    Answers know nobody: the people are drawn by lot from all who answered there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="rechecks")
    cell = models.ForeignKey(Cell, null=True, on_delete=models.PROTECT)
    interviewer = models.CharField(max_length=20, blank=True)
    signals = models.JSONField()
    people = models.ManyToManyField(Invitation, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Only added to."""

        db_table = "fieldwork_recheck"


class Estimated(models.Model):
    """Kết quả: the estimates of a wave, frozen; a later calculation is a further row."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="estimates")
    number = models.SmallIntegerField()
    # Canonical JSON, of which the digest is.
    content = models.TextField()
    digest = models.CharField(max_length=80)
    person = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Only grows; numbered from 1."""

        db_table = "fieldwork_estimated"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["wave", "number"], name="fieldwork_estimated_once")
        ]
