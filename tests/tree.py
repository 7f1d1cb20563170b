"""The elements of an HTML page, for tests: it fails where they are not nested well."""

from html.parser import HTMLParser


class Tree(HTMLParser):
    """Elements as [tag, attributes, text inside, the same without numbers and what is only heard]; nested well."""

    VOID = frozenset(["meta", "input"])

    def __init__(self, page):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        element = [tag, dict(attrs), "", ""]
        assert len(attrs) == len(element[1]), f"an attribute twice: {attrs}"
        self.elements.append(element)
        if tag not in self.VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        is_extra = any(e[1].get("class") in ("vh", "n") for e in self.open)
        for element in self.open:
            element[2] += data
            element[3] += "" if is_extra else data

    def find(self, tag=None, **attributes):
        wanted = {key.strip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [
            e for e in self.elements
            if tag in (None, e[0]) and all(v in (e[1].get(k) or "").split() for k, v in wanted.items())
        ]  # fmt: skip

    def texts(self, *args, **attributes):
        return [" ".join(e[2].split()) for e in self.find(*args, **attributes)]
