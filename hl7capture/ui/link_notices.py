"""Findings of links without a session, said in the window as they come: one calm line for each link and code."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from hl7capture.app.link_watch import LinkFindings, LinkWatch
from hl7capture.hl7.findings.finding import Finding, Severity
from hl7capture.hl7.statistics.series import Link
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import number_text

_MOST_LINES = 3  # at a time, of findings; the rest is counted in one more
_REST = "links"  # key of the line that counts


class LinkNotices(QObject):
    """What has a line is kept up to date in it; a line that was closed does not come back in this capture."""

    def __init__(
        self,
        links: LinkWatch,
        banner: Banner,
        show: Callable[[Link], None],
        show_all: Callable[[], None],
        parent: QObject,
    ) -> None:
        """show: a link in the dashboard; show_all: the dashboard."""
        super().__init__(parent)
        self._banner = banner
        self._show = show
        self._show_all = show_all
        self._told: dict[str, str] = {}  # key of a line, and its text, of what is wrong now
        self._closed: set[str] = set()  # keys of lines that were put away
        self._others: set[Link] = set()  # links that are counted now
        links.begun.connect(self._on_begun)
        links.found.connect(self._on_found)

    def _on_begun(self) -> None:
        self._take_back((*self._told, _REST))
        self._told.clear()
        self._closed.clear()
        self._others.clear()

    def _on_found(self, found: list[LinkFindings]) -> None:
        lines = {
            _key_of(one.link, finding): (one.link, finding)
            for one in found
            for finding in one.findings
            if finding.severity is not Severity.NOTE  # a silent connection may be an idle one
        }
        self._closed |= {key for key in self._told if not self._banner.holds(key)}
        self._take_back(key for key in self._told if key not in lines)
        self._told = {key: text for key, text in self._told.items() if key in lines}
        without_line = {link for key, (link, finding) in lines.items() if not self._say(key, link, finding)}
        with_line = {link for key, (link, _) in lines.items() if self._banner.holds(key)}
        self._count(without_line - with_line)

    def _say(self, key: str, link: Link, finding: Finding) -> bool:
        """Whether it has a line of its own, or had one."""
        if key not in self._closed:
            if key not in self._told and len(self._told) >= _MOST_LINES:
                return False
            text = f"{link.device_ip} → {link.lis}: {finding.text}"
            if text != self._told.get(key):
                remedy = Remedy(self.tr("Show"), lambda: self._show_and_close(link, key))
                self._banner.say(text, is_error=False, key=key, remedy=remedy)
            self._told[key] = text
        return True

    def _count(self, others: set[Link]) -> None:
        """Says how many links have no line; where that was closed, it comes again with another link."""
        if not others:
            self._banner.take_back(_REST)
        elif others - self._others or (others != self._others and self._banner.holds(_REST)):
            text = self.tr("Connections of other links fail, too: {0}. The dashboard has them all.")
            remedy = Remedy(self.tr("Show"), self._show_all)
            self._banner.say(text.format(number_text(len(others))), is_error=False, key=_REST, remedy=remedy)
        self._others = others

    def _take_back(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._banner.take_back(key)

    def _show_and_close(self, link: Link, key: str) -> None:
        self._banner.take_back(key)
        self._show(link)


def _key_of(link: Link, finding: Finding) -> str:
    return f"link {link.device_ip} {link.lis} {finding.code}"
