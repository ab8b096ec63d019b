"""The whole application as it is installed: all bundled plugins, and files read in processes of their own."""

from contextlib import ExitStack

import pytest

from kb.plugins import Plugins
from kb.testing import open_library
from tests.mailing import AWAY
from tests.security.attacking import Site


@pytest.fixture(scope="module")
def make_site(tmp_path_factory):
    """Opens a library with all bundled plugins and the given ones more, and with a mail server that is away."""
    with ExitStack() as opened:

        def make(extra=None, home=None, **settings):
            home = home or tmp_path_factory.mktemp("site")
            return Site(opened.enter_context(open_library(home, Plugins.load((), extra or {}), **AWAY | settings)))

        yield make


@pytest.fixture
def site(make_site):
    """A site of its own."""
    return make_site()
