"""To log in by the test client, with a second factor where it is asked for."""

import time

from django.test import Client

from parindex.web.people.models import Account


def log_in(client: Client, account: Account, *, second_factor: bool = True) -> Client:
    """The client with a session of the account, as allauth leaves it after its log-in."""
    client.force_login(account)
    methods = [{"method": "password", "at": time.time(), "username": account.username}]
    if second_factor:
        methods.append({"method": "mfa", "at": time.time(), "type": "totp"})
    session = client.session
    session["account_authentication_methods"] = methods
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    return client
