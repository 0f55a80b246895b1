"""The archive as a page of the window, made when somebody first looks at it."""

from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from hl7capture.app.controller import CaptureController
from hl7capture.archive.address import archive_url
from hl7capture.model.settings import Settings
from hl7capture.ui.banner import Banner, Remedy
from hl7capture.ui.locale_words import moment_text, number_text

if TYPE_CHECKING:
    from hl7capture.app.archive_view import Ended
    from hl7capture.archive.searching import Archived
    from hl7capture.hl7.filter.evaluation import Filter
    from hl7capture.ui.archive.page import ArchivePage
    from hl7capture.ui.deidentified_copy import DeidentifiedCopy
    from hl7capture.ui.layout_memory import LayoutMemory

_PAGE = 200  # sessions that are read at once
_QUIET_MS = 300  # after the last key
_MISSING = "archive"  # key of a banner that replaces itself


class Archive(QObject):
    """Offers the page, and fills it: pages of the list as one goes down, and on top what comes.

    restore_wanted: list[Archived]: a person wants these back. settings_wanted: the setting that a person wants to see.
    left: the page that was looked at goes, for the settings name no archive any more.
    """

    restore_wanted = Signal(list)
    settings_wanted = Signal(str)
    left = Signal()

    def __init__(
        self,
        controller: CaptureController,
        pages: QStackedWidget,
        banner: Banner,
        copy: "DeidentifiedCopy",
        memory: "LayoutMemory",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pages = pages
        self._banner = banner
        self._copy = copy
        self._memory = memory
        self._url = ""
        self.page: ArchivePage | None = None
        self._wanted: Filter | None = None
        self._search = 0  # the one that goes on; 0: none
        self._is_refresh = False  # it is for the top of the list,
        self._fresh: list[Archived] = []  # and what it has found
        self._is_all = False  # there is nothing behind what is in the list
        self._is_news = False  # something came while a search went on
        self._failure = ""  # why the last search has found no end
        self._away = ""  # why the archive cannot be reached,
        self._since = datetime.now().astimezone()  # and since when
        self._sees_all = True
        self._back_to: float | None = None
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._begin)
        controller.settings_changed.connect(self._on_settings)
        controller.ending.connect(self._close)

    # -- what a person does ------------------------------------------------------------------------------------

    def open(self) -> None:
        """Shows the page; says what is missing where there can be none."""
        url = archive_url(self._controller.settings)
        if not url:
            text = self.tr("There is no archive: the settings name none.")
            remedy = Remedy(self.tr("Settings…"), lambda: self.settings_wanted.emit("archiveUrl"))
            self._banner.say(text, is_error=False, key=_MISSING, remedy=remedy)
            if self.shown_page is not None:
                self.left.emit()
            self._discard()
            return
        if find_spec("psycopg") is None:
            text = self.tr("The archive needs a part that is not installed: pip install hl7capture[archive]")
            self._banner.say(text, is_error=False, key=_MISSING)
            return
        self._banner.take_back(_MISSING)
        if url != self._url:
            self._discard()
            self._make(url)
        assert self.page is not None
        self._pages.setCurrentWidget(self.page)
        self.page.views.table.setFocus()

    @property
    def shown_page(self) -> "ArchivePage | None":
        """The page while somebody looks at it."""
        return self.page if self._pages.currentWidget() is self.page else None

    def refresh(self) -> None:
        """Reads the list anew."""
        self._quiet.stop()
        self._begin()

    def refresh_colours(self) -> None:
        """The theme is another one."""
        if self.page is not None:
            self.page.refresh_colours()

    # -- the page ----------------------------------------------------------------------------------------------

    def _make(self, url: str) -> None:
        from hl7capture.app.archive_view import ArchiveView
        from hl7capture.ui.archive.model import ArchiveModel
        from hl7capture.ui.archive.page import ArchivePage
        from hl7capture.ui.archive.table import ArchiveTable
        from hl7capture.ui.copying import Copies
        from hl7capture.ui.session_filter import SessionFilter
        from hl7capture.ui.workspace import SessionViews

        controller = self._controller
        self._url = url
        self.view = view = ArchiveView(url)
        self.model = model = ArchiveModel()
        self.table = table = ArchiveTable(SessionFilter(model, model), self._memory)
        views = SessionViews(view, model, table, self._copy)
        self.page = page = ArchivePage(model, views)
        copies = Copies(view, model, lambda: controller.settings, self._copy, page)
        for part in (view, model):
            part.setParent(page)
        detail = views.detail
        detail.notes.make_read_only()
        detail.findings.wanted.connect(lambda session: controller.judge.explain(session, is_alone=True))
        controller.judge.explained.connect(views.show_findings)
        views.told.connect(lambda text, is_error: self._banner.say(text, is_error=is_error))
        table.session_selected.connect(lambda _session: page.restore.setEnabled(bool(table.selected())))
        table.restore_wanted.connect(self._restore)
        table.copy_wanted.connect(copies.copy)
        table.copy_deidentified_wanted.connect(copies.copy_deidentified)
        table.compare_wanted.connect(views.comparing.compare_sessions)
        table.filter_wanted.connect(page.box.add_condition)
        detail.filter_wanted.connect(page.box.add_condition)
        table.more_wanted.connect(self._go_on)
        page.box.filter_changed.connect(self._on_filter)
        page.refresh_wanted.connect(self.refresh)
        page.cancel_wanted.connect(view.cancel)
        page.restore_wanted.connect(lambda: self._restore([one.session_id for one in table.selected()]))
        page.shown.connect(self._on_shown)
        view.found.connect(self._on_found)
        view.progressed.connect(self._on_progressed)
        view.ended.connect(self._on_ended)
        view.opened.connect(self._on_opened)
        view.news.connect(self._on_news)
        view.away.connect(self._on_away)
        views.apply_settings(controller.settings)
        self._pages.addWidget(page)

    def _discard(self) -> None:
        """Another archive has another page."""
        if self.page is not None:
            self.view.close()
            self._pages.removeWidget(self.page)
            self.page.deleteLater()
            self.page = None
            self._url = ""
            self._wanted = None
            self._failure, self._away, self._sees_all = "", "", True

    def _close(self) -> None:
        if self.page is not None:
            self.view.close()

    def _on_settings(self, settings: Settings) -> None:
        if self.page is not None:
            self.page.views.apply_settings(settings)
            if archive_url(settings) != self._url:
                self.open() if self.shown_page is not None else self._discard()

    def _on_shown(self, is_shown: bool) -> None:
        if is_shown:
            self.view.listen()
            if self.model.oldest is None:
                self._begin()
            else:
                self._on_news()
        else:
            self.view.rest()

    def _restore(self, names: Sequence[str]) -> None:
        self.restore_wanted.emit([self.view.archived(name) for name in names])

    # -- the list ----------------------------------------------------------------------------------------------

    def _on_filter(self, wanted: "Filter | None") -> None:
        self._wanted = wanted
        self._quiet.start()

    def _begin(self) -> None:
        """From the top."""
        self.model.restart()
        self.view.forget()
        self._is_all = False
        self._start(is_refresh=False)

    def _go_on(self) -> None:
        """The next page, unless one is on its way."""
        if not self._search and not self._is_all and self.model.oldest is not None:
            self._start(is_refresh=False)

    def _on_news(self) -> None:
        """What came stands at the top, so that is read again."""
        if self._search:
            self._is_news = True
        elif self.shown_page is not None:
            self._start(is_refresh=True)

    def _start(self, *, is_refresh: bool) -> None:
        self._is_refresh, self._fresh, self._is_news = is_refresh, [], False
        self._back_to = None
        after = None if is_refresh else self.model.oldest
        self._search = self.view.search(self._wanted, after, _PAGE)
        self._show()

    def _on_found(self, number: int, found: "list[Archived]") -> None:
        if number != self._search:
            return
        self.view.remember(found)
        if self._is_refresh:
            self._fresh += found
        else:
            self.model.extend(found)
        self._show()

    def _on_progressed(self, number: int, moment: float) -> None:
        if number == self._search:
            self._back_to = moment
            self._show()

    def _on_ended(self, ended: "Ended") -> None:
        if ended.number != self._search:
            return
        self._search = 0
        self._failure = ended.reason
        is_whole = not ended.reason and not ended.is_cancelled
        if is_whole and self._is_refresh:
            self._put_on_top(is_all=ended.is_all)
        elif is_whole:
            self._is_all = ended.is_all
        self._show()
        if self._is_news and not ended.reason:
            self._on_news()
        elif is_whole:
            self.table.look_ahead()

    def _put_on_top(self, *, is_all: bool) -> None:
        """Of what was read again only what is newer than the end of the list: behind it, nothing may be left out."""
        oldest = self.model.oldest
        if self._fresh and oldest is not None and not is_all and not any(map(self.model.has, self._fresh)):
            self._begin()  # more has come than one page, so there is a gap between
            return
        if oldest is None:
            self._is_all = is_all
            self.model.extend(self._fresh)
        else:
            self.model.put(one for one in self._fresh if self._is_all or one.key >= oldest)

    # -- how it stands -----------------------------------------------------------------------------------------

    def _on_opened(self, sees_all: bool) -> None:
        self._sees_all = sees_all
        self._show()

    def _on_away(self, reason: str) -> None:
        """The news cannot be heard; they come again by themselves."""
        if reason and not self._away:
            self._since = datetime.now().astimezone()
        self._away = reason
        self._show()

    def _show(self) -> None:
        page = self.page
        if page is None:
            return
        count = number_text(self.model.rowCount())
        is_looking = bool(self._search) and not self._is_refresh
        page.show_working(is_looking)
        if is_looking and self._back_to is not None:
            page.counts.setText(
                self.tr("{0} found, looking before {1}").format(count, moment_text(self._back_to).partition(" ")[0])
            )
        elif is_looking:
            page.counts.setText(self.tr("{0} found, looking…").format(count))
        elif self._is_all and not self.model.rowCount():
            page.counts.setText(self.tr("none found"))
        elif self._is_all:
            page.counts.setText(self.tr("{0}, these are all").format(count))
        else:
            page.counts.setText(self.tr("{0}, more below").format(count) if self.model.rowCount() else "")
        if self._away:
            text = self.tr("Archive away since {0}. {1}").format(f"{self._since:%H:%M}", self._away)
            page.show_state(text, "incomplete", "warning")
        elif self._failure:
            page.show_state(self._failure, "incomplete", "warning")
        elif not self._sees_all:
            page.show_state(
                self.tr("This login sees the sessions of its own probe alone. GRANT hl7capture_reader shows it all.")
            )
        elif self._is_all and not self.model.rowCount() and self._wanted is None:
            page.show_state(self.tr("The archive is empty."))
        else:
            page.show_state("")
