"""Dashboard: counts from the program's start on; its page is made when it is first looked at."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from hl7capture.app.controller import CaptureController
from hl7capture.app.statistics.board import Board
from hl7capture.hl7.statistics.series import Link

if TYPE_CHECKING:
    from hl7capture.ui.dashboard.page import DashboardPage


class Dashboard(QObject):
    """One of the window's pages."""

    filter_wanted = Signal(str)  # an expression of the filter language: these sessions are wanted

    def __init__(self, controller: CaptureController, pages: QStackedWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.board = Board(controller, self)
        self.page: DashboardPage | None = None
        self._pages = pages
        pages.currentChanged.connect(self._on_page)

    def open(self) -> None:
        """Shows the page."""
        if self.page is None:
            # The plots' library takes a quarter of a second to import; the program's start need not wait for it.
            from hl7capture.ui.dashboard.page import DashboardPage

            self.page = DashboardPage(self.board)
            self.page.filter_wanted.connect(self.filter_wanted)
            self._pages.addWidget(self.page)
        self._pages.setCurrentWidget(self.page)
        self.page.links.setFocus()

    def show_link(self, link: Link) -> None:
        """Shows the page with this link chosen."""
        self.open()
        if self.page is not None:
            self.page.show_link(link)

    def refresh_colours(self) -> None:
        """The theme is another one."""
        if self.page is not None:
            self.page.refresh_colours()

    def _on_page(self) -> None:
        self.board.set_visible(self.page is not None and self._pages.currentWidget() is self.page)
