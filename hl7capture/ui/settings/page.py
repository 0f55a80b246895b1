"""What all pages of the settings have in common."""

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QLabel, QLineEdit, QScrollArea, QWidget

from hl7capture.model.settings import Settings
from hl7capture.ui.settings.editors import Editor
from hl7capture.ui.settings.row import SettingRow


@dataclass(slots=True)
class _Section:
    """title: None for what stands above all headings."""

    title: QLabel | None
    rows: list[SettingRow] = field(default_factory=list)
    others: list[QWidget] = field(default_factory=list)  # that are no settings


class SettingsPage(QScrollArea):
    """Rows under headings. problems_changed: a row has become wrong, or is right again."""

    problems_changed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.rows: dict[str, SettingRow] = {}
        self._sections = [_Section(None)]
        inside = QWidget()
        self._form = QFormLayout(inside)
        self._form.setContentsMargins(22, 18, 22, 18)
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(18)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it takes it
        self.setWidget(inside)

    # -- building ----------------------------------------------------------------------------------------------

    def section(self, title: str) -> None:
        """A heading over what is added from now on."""
        label = QLabel(title)
        label.setProperty("section", True)
        label.setContentsMargins(0, 8, 0, 0)
        self._form.addRow(label)
        self._sections.append(_Section(label))

    def add(self, key: str, title: str, editor: Editor, within: QWidget | None = None) -> SettingRow:
        """A setting; within: what the editor stands in, where it does not stand alone."""
        row = SettingRow(key, title, editor, within)
        self.rows[key] = row
        self._sections[-1].rows.append(row)
        self._form.addRow(row.title, row)
        if isinstance(editor, QLineEdit):
            editor.editingFinished.connect(lambda: self._check_typed(row))
        return row

    def add_other(self, title: str, widget: QWidget) -> None:
        """Something that is no setting."""
        self._sections[-1].others.append(widget)
        self._form.addRow(QLabel(title), widget)

    # -- values ------------------------------------------------------------------------------------------------

    def show_values(self, settings: Settings) -> None:
        """What the editors are to hold."""
        values = settings.values()
        for key, row in self.rows.items():
            row.value = values[key]
            row.show_problem("")
        self.problems_changed.emit()

    def check(self) -> None:
        """Marks each value that cannot be."""
        for row in self.rows.values():
            self.check_row(row)
        self.problems_changed.emit()

    def check_row(self, row: SettingRow) -> None:
        """The same for one of them."""
        row.check()

    def _check_typed(self, row: SettingRow) -> None:
        self.check_row(row)
        self.problems_changed.emit()

    @property
    def has_problem(self) -> bool:
        return any(row.problem for row in self.rows.values())

    # -- finding -----------------------------------------------------------------------------------------------

    def show_only(self, words: list[str]) -> int:
        """Shows the rows with all these words alone, or with none of them all; how many there are."""
        named = self.title.casefold()
        found = 0
        for section in self._sections:
            heading = f"{named} {section.title.text().casefold()}" if section.title else named
            rest = [word for word in words if word not in heading]
            shown = [row for row in section.rows if row.matches(rest)]
            found += len(shown)
            for row in section.rows:
                self._form.setRowVisible(row, row in shown)
            for other in section.others:
                self._form.setRowVisible(other, not words)
            if section.title is not None:
                self._form.setRowVisible(section.title, bool(shown))
        return found
