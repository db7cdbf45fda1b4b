"""People, municipalities, and what a person is in one: a query begins with the municipality."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Self

from django.contrib.auth.models import AbstractUser
from django.db import models

from krisenfest.domain.approval import Role


class Municipality(models.Model):
    """A tenant: everything else belongs to exactly one. `slug` is its place in addresses and folders."""

    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=300)
    host = models.CharField(max_length=253, blank=True)  # the host name of its public site
    emergency_alone = models.BooleanField(default=False)  # one person may warn alone, a second confirms afterwards
    confirm_within_min = models.PositiveIntegerField(default=60)
    notice_profile = models.TextField(blank=True, max_length=4000)  # where and how it legally announces

    class Meta:
        """In the order of names."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """Belongs to one municipality, and there to the real thing or to the exercise."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT)
    exercise = models.BooleanField(default=False)

    class Meta:
        """No table of its own."""

        abstract = True


class User(AbstractUser):
    """A person with an account; the e-mail address is the name to log in with where no passkey is used."""

    email = models.EmailField(unique=True)

    def roles_in(self, municipality: Municipality) -> frozenset[Role]:
        """What this person is in a municipality; nothing for a stranger or a closed account."""
        if not self.is_active:
            return frozenset()
        found = Membership.objects.of(municipality).filter(user=self).values_list("role", flat=True)
        return frozenset(Role(each) for each in found)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, always of one municipality."""

    def of(self, municipality: Municipality) -> Self:
        """Those of one municipality."""
        return self.filter(municipality=municipality)


class Membership(models.Model):
    """One role of one person in one municipality."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Role])

    objects = MembershipQuerySet.as_manager()

    class Meta:
        """Each role once."""

        constraints = (models.UniqueConstraint(fields=("municipality", "user", "role"), name="role_once"),)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, always of one municipality or found by their secret."""

    def of(self, municipality: Municipality) -> Self:
        """Those of one municipality."""
        return self.filter(municipality=municipality)

    def open_at(self, token: str, at: datetime) -> Invitation | None:
        """The invitation that a link with this secret opens at an instant."""
        return self.filter(digest=token_digest(token), expires__gt=at, accepted__isnull=True).first()


def token_digest(token: str) -> str:
    """What the database keeps of a secret link, so that a copy of it opens nothing."""
    return sha256(token.encode()).hexdigest()


class Invitation(models.Model):
    """A link by which a person gets an account with roles; it is open until it was used or its time is over."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE)
    email = models.EmailField()
    roles = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    accepted = models.DateTimeField(null=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True)  # whose account it has become
    reset = models.BooleanField(default=False)  # break glass: it opens an account that has lost every way in

    objects = InvitationQuerySet.as_manager()

    def named_roles(self) -> Iterable[Role]:
        """The roles that it gives."""
        return [Role(each) for each in self.roles]
