"""How allauth meets our accounts: nobody signs up; another provider's log-in finds its account."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from parindex.web.people.models import Account


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Accounts are made by administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's form
        """Never."""
        return False

    def set_password(self, user: Account, password: str) -> None:
        """Once a person has chosen a password, none has to be changed any more.

        Who came by the link in a letter has shown that the address is theirs; allauth sets up no
        second factor for an address that nobody has shown to be.
        """
        user.must_change_password = False
        super().set_password(user, password)
        at = self.request.resolver_match
        if at is not None and at.url_name == "account_reset_password_from_key":
            EmailAddress.objects.update_or_create(
                user=user, email=user.email, defaults={"verified": True, "primary": True}
            )


class MatchingAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc] # allauth has no types
    """Who comes from the identity provider is the one account with that verified address."""

    def is_open_for_signup(
        self,
        request: HttpRequest,  # noqa: ARG002 - allauth's form
        sociallogin: SocialLogin,  # noqa: ARG002 - allauth's form
    ) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie a first log-in to its account; without exactly one, the door stays shut."""
        if sociallogin.is_existing:
            return
        verified = {one.email.lower() for one in sociallogin.email_addresses if one.verified}
        found = [
            account
            for email in verified
            for account in Account.objects.filter(email__iexact=email, is_active=True)
        ]
        if len(found) == 1:
            sociallogin.connect(request, found[0])
            return
        messages.error(request, _("No account has this verified e-mail address."))
        raise ImmediateHttpResponse(redirect("account_login"))
