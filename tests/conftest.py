"""Hypothesis without deadlines: what a machine is busy with is no fault of the code."""

import os

from hypothesis import settings

if not os.environ.get("CI"):
    settings.register_profile("house", deadline=None)
    settings.load_profile("house")
