"""What the tests of attacks share: a site to attack, its addresses, and what a browser makes of its pages."""

import io
from html.parser import HTMLParser
from urllib.parse import urlencode

from kb.model import EVERYTHING, OPERATOR
from kb.testing import work_off
from kb.web.access import STATIC
from tests.visiting import Visitor

#: Every argument that a page of ours reads from its address.
PARAMETERS = (
    *("q", "type", "year", "publisher", "page", "sort", "state", "next", "section", "document"),
    *("group", "actor", "subject", "since", "until", "download", "code", "number", "mail"),
)


class Site(Visitor):
    """A site, and what is done with it by the front door."""

    def other(self):
        return Site(self.library, self.app)

    def send(self, *files, **form):
        """Send files with the form of the desk; what became of each."""
        data = {"files": [(io.BytesIO(content), name) for name, content in files], "csrf_token": self.token(), **form}
        with self.client.post("/desk/", data=data, headers={"Accept": "application/json"}) as answer:
            assert answer.status_code == 200, answer.get_data(as_text=True)
            answer.request.environ["wsgi.input"].close()  # the client keeps a large body in a file
            return answer.get_json()

    def bring(self, name, content, **form):
        """Send a file, and have it read; its id."""
        content = content.encode() if isinstance(content, str) else content
        (one,) = self.send((name, content), **form)
        work_off(self.library)
        return one["document"]

    def published(self, name, content, access="public", kind="document"):
        """Send a file, have it read, and publish it as it is; its id."""
        document = self.bring(name, content, access=access, type=kind)
        self.library.desk(OPERATOR).publish(document)
        self.library.bring_up_to_date()
        return document

    def state(self, document):
        """How far a document has come, and why no further."""
        item = self.library.desk(OPERATOR).item(document)
        return item.state.value, item.latest.reason

    def text(self, document):
        """All that was read of a document."""
        sections = self.library.desk(OPERATOR).drafts.sections(document)
        return "\n".join(f"{section.heading}\n{section.text}" for section in sections)

    def sections(self, document):
        return [section.id for section in self.library.reader(EVERYTHING).outline(document)]

    def addresses(self, method="GET", **known):
        """An address of every route with a method; ``known`` gives the values of what stands in them."""
        values = {"document": "0123456789ab", "section": "s", "account": 1, "secret": "guessed", "number": 1}
        values |= {"source": "folder", "field": "case_theme", "code": "14205", "filename": "guessed.css"} | known
        for rule in self.app.url_map.iter_rules():
            if method in rule.methods and rule.endpoint not in STATIC:
                assert rule.arguments <= values.keys(), f"{rule} takes something that these tests do not know"
                _, address = rule.build({name: values[name] for name in rule.arguments})
                yield rule, address


def with_arguments(address, value):
    """The address with this value for every argument that there is."""
    return f"{address}?{urlencode(dict.fromkeys(PARAMETERS, value))}"


class Tags(HTMLParser):
    """The elements that a browser would make, and the text that it would show."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes, self.shown, self.scripts = set(), [], [], 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        self.scripts += tag == "script"
        self.attributes += [(tag, name, value or "") for name, value in attributes]

    def handle_data(self, data):
        self.shown.append(data)

    def dangers(self):
        """Whatever could run a script, load something from elsewhere, or lead to a script."""
        yield from self.names & {"x-attack", "iframe", "object", "embed", "style", "base"}
        yield from (f"{tag} {name}={value}" for tag, name, value in self.attributes if not _is_ours(tag, name, value))
        if self.scripts != sum(tag == "script" and name == "src" for tag, name, _ in self.attributes):
            yield "script"  # one without an address of ours: its text would be run


def _is_ours(tag, name, value):
    if name in {"href", "src", "action", "formaction", "data", "poster", "srcset"}:
        is_picture = tag == "img" and value.startswith("data:image/svg+xml;")  # the code to set up a phone
        return is_picture or (value.startswith(("/", "#")) and not value.startswith("//"))
    return not (name.startswith("on") or name in {"style", "srcdoc"})
