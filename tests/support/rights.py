"""Rights that some tests need; under CI they are there, and nothing is skipped."""

import os

import pytest

_CAN_CAPTURE = os.environ.get("CI") == "true" or not hasattr(os, "geteuid") or os.geteuid() == 0

needs_capture_rights = pytest.mark.skipif(not _CAN_CAPTURE, reason="capturing needs root here")
