"""The settings, each explained; what is wrong is said where it is."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hl7capture.model.settings import Settings, SettingsError, bounds_of, field_of, parse_value
from hl7capture.store.session_store import SessionStore
from hl7capture.ui.filter_check import FilterCheck
from hl7capture.ui.storage_box import StorageBox

_MARKERS = ("startMarker", "ackMarker", "nakMarker", "endMarker")


class SettingsDialog(QDialog):
    """Edits a copy; `settings` holds it once the dialog was accepted."""

    def __init__(
        self,
        settings: Settings,
        output_folder: str,
        parent: QWidget | None = None,
        store: SessionStore | None = None,
    ) -> None:
        """store: whose use of the disk is shown, and which can be cleaned up from here."""
        super().__init__(parent)
        self.settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self.resize(620, 640)
        self._editors: dict[str, QWidget] = {}
        self._errors: dict[str, QLabel] = {}
        self._is_accept_due = False  # as soon as it is known whether the filter is one
        values = settings.values()
        self._form = QFormLayout()
        self._form.setContentsMargins(22, 18, 22, 18)
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(18)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

        self._section(self.tr("Sessions"))
        self._add("enablePersistence", self.tr("Save sessions"), self._toggle(values["enablePersistence"]))
        self._add("retentionDays", self.tr("Keep for"), self._number("retentionDays", values, self.tr(" days")))
        self._add("outputFolder", self.tr("Output folder"), self._folder(values["outputFolder"], output_folder))
        self._add("autosaveSeconds", self.tr("Write every"), self._number("autosaveSeconds", values, self.tr(" s")))
        self._add(
            "maxSessionsInMemory",
            self.tr("In memory, at most"),
            self._number("maxSessionsInMemory", values, self.tr(" sessions")),
        )
        self._add(
            "cleanupIntervalHours",
            self.tr("Clean up every"),
            self._number("cleanupIntervalHours", values, self.tr(" hours")),
        )
        if store is not None:
            self.storage = StorageBox(store)
            self._form.addRow(QLabel(self.tr("On disk today")), self.storage)
        self._section(self.tr("Who is who"))
        automatic = self.tr("who connects is the device")
        self._add("deviceIP", self.tr("Device IP"), self._line(values["deviceIP"], automatic))
        self._add("lisIP", self.tr("LIS IP"), self._line(values["lisIP"], automatic))
        self._add("lisPort", self.tr("LIS port"), self._line(values["lisPort"], automatic))
        self._section(self.tr("Control bytes"))
        for key, title in zip(
            _MARKERS, (self.tr("Start (ENQ)"), self.tr("ACK"), self.tr("NAK"), self.tr("End (EOT)")), strict=True
        ):
            self._add(key, title, self._marker(key, values))
        self._section(self.tr("Capture and appearance"))
        self._add("captureFilter", self.tr("Capture filter"), self._line(values["captureFilter"], "tcp port 2575"))
        self._filter_check = FilterCheck(self.editor("captureFilter"), self)
        self._filter_check.checked.connect(self._on_filter_checked)
        self._add("keepRawPackets", self.tr("Keep raw packets"), self._toggle(values["keepRawPackets"]))
        self._add(
            "rawPacketsMegabytes", self.tr("Raw packets, at most"), self._number("rawPacketsMegabytes", values, " MB")
        )
        self._add("autoStartCapture", self.tr("Listen at start"), self._toggle(values["autoStartCapture"]))
        self._add("maskPatientData", self.tr("Mask patient data"), self._toggle(values["maskPatientData"]))
        self._add("deidentifyZSegments", self.tr("Z-segments are private"), self._toggle(values["deidentifyZSegments"]))
        self._add("patientFields", self.tr("More private fields"), self._line(values["patientFields"], "OBX-18, ZPI-3"))
        self._add("theme", self.tr("Theme"), self._choice(values["theme"]))

        inside = QWidget()
        inside.setLayout(self._form)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(inside)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok
            | QDialogButtonBox.StandardButton.Cancel
            | QDialogButtonBox.StandardButton.RestoreDefaults
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(QDialogButtonBox.StandardButton.RestoreDefaults).clicked.connect(self._restore)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setProperty("primary", True)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(22, 8, 22, 16)
        bottom.addWidget(self.buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        layout.addLayout(bottom)

    def accept(self) -> None:
        """Takes the values, or marks the one that cannot be. The filter may be looked at for a moment first."""
        if not self._filter_check.is_known:
            self._is_accept_due = True
            self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)
            self._filter_check.check_now()
            return
        for key, label in self._errors.items():
            label.hide()
            self._colour(key, is_wrong=False)
        try:
            self.settings = self.settings.changed(
                **{key: self._value(key, editor) for key, editor in self._editors.items()}
            )
        except SettingsError as error:
            self._mark(error)
            return
        if self._filter_check.problem:
            self._show_filter_problem()
            self.go_to("captureFilter")
            return
        super().accept()

    def _on_filter_checked(self) -> None:
        self._show_filter_problem()
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(True)
        if self._is_accept_due:
            self._is_accept_due = False
            self.accept()

    def _show_filter_problem(self) -> None:
        problem = self._filter_check.problem
        self._errors["captureFilter"].setText(problem)
        self._errors["captureFilter"].setVisible(bool(problem))
        self._colour("captureFilter", is_wrong=bool(problem))

    def go_to(self, key: str) -> None:
        """Begins with one setting."""
        self._editors[key].setFocus()
        self._scroll.ensureWidgetVisible(self._editors[key])

    def editor(self, key: str) -> Any:
        """The widget of a setting."""
        return self._editors[key]

    def error_text(self, key: str) -> str:
        """What is said about a setting's value; "" where it is well."""
        label = self._errors[key]
        return "" if label.isHidden() else label.text()

    # -- building ----------------------------------------------------------------------------------------------

    def _section(self, title: str) -> None:
        label = QLabel(title)
        label.setProperty("section", True)
        label.setContentsMargins(0, 8, 0, 0)
        self._form.addRow(label)

    def _add(self, key: str, title: str, editor: QWidget) -> None:
        editor = self._editors.setdefault(key, editor)
        editor.setAccessibleName(title)
        field = editor.parentWidget() or editor
        label = QLabel(title)
        label.setBuddy(editor)
        explanation = QLabel(f"{field_of(key).description}.")
        explanation.setTextFormat(Qt.TextFormat.PlainText)
        explanation.setProperty("muted", True)
        explanation.setWordWrap(True)
        wrong = QLabel()
        wrong.setTextFormat(Qt.TextFormat.PlainText)
        wrong.setWordWrap(True)
        wrong.setProperty("bad", True)
        wrong.hide()
        self._errors[key] = wrong
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(field)
        column.addWidget(explanation)
        column.addWidget(wrong)
        self._form.addRow(label, column)

    def _toggle(self, value: bool) -> QCheckBox:
        box = QCheckBox()
        box.setChecked(value)
        return box

    def _number(self, key: str, values: dict[str, Any], suffix: str) -> QSpinBox:
        box = _Number()
        box.setRange(*bounds_of(key))
        box.setValue(values[key])
        box.setSuffix(suffix)
        box.setMaximumWidth(190)
        return box

    def _marker(self, key: str, values: dict[str, Any]) -> QSpinBox:
        box = self._number(key, values, "")
        box.valueChanged.connect(lambda value: box.setSuffix(_hex(value)))
        box.setSuffix(_hex(box.value()))
        return box

    def _line(self, value: object, placeholder: str) -> QLineEdit:
        line = QLineEdit("" if value is None else str(value))
        line.setPlaceholderText(placeholder)
        return line

    def _choice(self, value: str) -> QComboBox:
        box = _Choice()
        box.setMaximumWidth(190)
        for theme, title in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            box.addItem(title, theme)
        box.setCurrentIndex(box.findData(value))
        return box

    def _folder(self, value: str, used: str) -> QLineEdit:
        line = self._line(value, used)
        choose = QPushButton(self.tr("Choose…"))
        choose.clicked.connect(lambda: self._choose_folder(line, used))
        self._folder_row = QWidget()
        row = QHBoxLayout(self._folder_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(line)
        row.addWidget(choose)
        return line

    def _choose_folder(self, line: QLineEdit, used: str) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Output folder"), line.text() or used)
        if chosen:
            line.setText(chosen)

    # -- values ------------------------------------------------------------------------------------------------

    def _value(self, key: str, editor: QWidget) -> Any:
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QSpinBox):
            return editor.value()
        if isinstance(editor, QComboBox):
            return editor.currentData()
        assert isinstance(editor, QLineEdit)
        return parse_value(key, editor.text().strip())

    def _restore(self) -> None:
        defaults = Settings().values()
        for key, editor in self._editors.items():
            if isinstance(editor, QCheckBox):
                editor.setChecked(defaults[key])
            elif isinstance(editor, QSpinBox):
                editor.setValue(defaults[key])
            elif isinstance(editor, QComboBox):
                editor.setCurrentIndex(editor.findData(defaults[key]))
            elif isinstance(editor, QLineEdit):
                editor.setText("" if defaults[key] is None else str(defaults[key]))

    def _mark(self, error: SettingsError) -> None:
        # What is wrong with a setting that stands in the file alone is said all the same.
        key = error.key if error.key in self._errors else next(iter(self._errors))
        self._errors[key].setText(str(error))
        self._errors[key].show()
        self._colour(key, is_wrong=key == error.key)
        self.go_to(key)

    def _colour(self, key: str, *, is_wrong: bool) -> None:
        editor = self._editors[key]
        if bool(editor.property("invalid")) != is_wrong:
            editor.setProperty("invalid", is_wrong)
            editor.style().unpolish(editor)
            editor.style().polish(editor)


class _Number(QSpinBox):
    """The wheel scrolls the dialog; it changes no number that nobody meant."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(8, 0, 0, 0)  # a style sheet does not reach it

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _Choice(QComboBox):
    """As above."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _hex(value: int) -> str:
    return f"   (hex {value:02X})"
