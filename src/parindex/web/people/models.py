"""The tables of people: issuers, units, accounts, what they are where and when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from uuid_utils.compat import uuid7

from parindex.vietnamese import folded, sort_key
from parindex.web.people.states import ROLE_WORDS, Role


class Issuer(models.Model):
    """Cơ quan ban hành: a province, or a ministry; issuers never see each other's work."""

    slug = models.SlugField(primary_key=True, max_length=60)
    name = models.CharField(max_length=200)

    class Meta:
        """Few."""

        db_table = "people_issuer"

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """Đơn vị: one life of a body; a unit that begins anew after a merger is another row."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT, related_name="units")
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200, editable=False)
    sort_key = models.CharField(max_length=400, editable=False)
    tier = models.CharField(max_length=20)
    group = models.CharField(max_length=60, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)

    class Meta:
        """A slug names one unit of an issuer; its time is half-open."""

        db_table = "people_unit"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "slug"], name="people_unit_slug"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__isnull=True)
                | models.Q(starts_on__lt=models.F("ends_on")),
                name="people_unit_span",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what is searched and sorted in step with the name."""
        self.folded = folded(f"{self.slug} {self.name}")[:200]
        self.sort_key = sort_key(self.name)[:400]
        super().save(*args, **kwargs)


class Succession(models.Model):
    """One unit became another, wholly or in part: by merger, division or change of name."""

    id = models.BigAutoField(primary_key=True)
    before = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    after = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="predecessions")

    class Meta:
        """Many to many."""

        db_table = "people_succession"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["before", "after"], name="people_succession_once")
        ]


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by their user name."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """An account with its password hashed; None leaves it without one."""
        account = self.model(username=username, **fields)
        account.set_password(password)
        account.save()
        return account


class Account(AbstractBaseUser, PermissionsMixin):
    """Tài khoản: one person's own account; never shared, never deleted, only closed."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    username = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=120)
    folded = models.CharField(max_length=200, editable=False)
    sort_key = models.CharField(max_length=240, editable=False)
    issuer = models.ForeignKey(Issuer, null=True, on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        """By user name."""

        db_table = "people_account"

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what is searched and sorted in step with the name; the given name leads."""
        self.folded = folded(f"{self.username} {self.name}")[:200]
        rest, _, given = self.name.strip().rpartition(" ")
        self.sort_key = sort_key(f"{given} {rest}")[:240]
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The name, as Django's own pages ask for it."""
        return self.name


class Assignment(models.Model):
    """Phân công: a person is something, in a unit or an issuer, for one round or all, in a time.

    Rows are ended, never deleted or moved, so that who was where remains known.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=[(one, ROLE_WORDS[one]) for one in Role])
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT)
    # A round's id; no foreign key, since rounds stand on people and not the other way.
    round_id = models.UUIDField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        """The roles of a unit name one; times are half-open."""

        db_table = "people_assignment"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(unit__isnull=False)
                | ~models.Q(role__in=[Role.OFFICER, Role.HEAD, Role.APPRAISER]),
                name="people_assignment_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(starts_on__lte=models.F("ends_on")),
                name="people_assignment_span",
            ),
        ]


class Delegation(models.Model):
    """Ủy quyền: an assignment lent to a colleague for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="delegated")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=500)

    class Meta:
        """A delegation always ends."""

        db_table = "people_delegation"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(starts_on__lte=models.F("ends_on")),
                name="people_delegation_span",
            )
        ]


class Token(models.Model):
    """A key for programs: only its digest is kept; it can do no more than its person."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Found by digest."""

        db_table = "people_token"


class Message(models.Model):
    """A reminder or a notice to one person: in the application, and by mail when it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    person = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="messages")
    issuer = models.ForeignKey(Issuer, on_delete=models.PROTECT)
    words = models.CharField(max_length=500)
    path = models.CharField(max_length=300)
    # What makes it one message: the same key is not sent twice to a person.
    key = models.CharField(max_length=200)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        """Once a person and key."""

        db_table = "people_message"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="people_message_once")
        ]
        indexes: ClassVar = [models.Index(fields=["person", "read_at"], name="people_message_new")]
