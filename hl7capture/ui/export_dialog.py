"""Asks in which format sessions are to be exported, and where to."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtGui import QIcon
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
    QVBoxLayout,
    QWidget,
)

from hl7capture.hl7.privacy.pseudonyms import Pseudonyms
from hl7capture.store.export.formats import Format
from hl7capture.ui.locale_words import number_text

_NAME = "sessions"


class ExportDialog(QDialog):
    """`format`, `target`, `is_folder` and `pseudonyms` hold what was chosen once the dialog was accepted."""

    def __init__(self, sessions: int, parent: QWidget | None = None, *, deidentifies: bool = False) -> None:
        """deidentifies: what is suggested."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export sessions: {0}").format(number_text(sessions)))
        self.setMinimumWidth(520)
        self.formats = QComboBox()
        for to, text in (
            (Format.HL7, self.tr("Messages (.hl7)")),
            (Format.JSON, self.tr("Session documents, one a line (.json)")),
            (Format.CSV, self.tr("Table, one row an element (.csv)")),
            (Format.PCAP, self.tr("Packets, made again, for Wireshark (.pcap)")),
        ):
            self.formats.addItem(text, to)
        self.each = QCheckBox(self.tr("A file for &each session, in a folder"))
        self.each.setVisible(sessions > 1)
        self.deidentify = QCheckBox(self.tr("&De-identify: pseudonyms instead of patients' data"))
        self.keep_times = QCheckBox(self.tr("Keep &times (but of birth and death)"))
        self.keep_addresses = QCheckBox(self.tr("Keep &IP addresses"))
        for box in (self.keep_times, self.keep_addresses):
            box.setEnabled(deidentifies)
            self.deidentify.toggled.connect(box.setEnabled)
        self.deidentify.setChecked(deidentifies)
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        self.place = QLineEdit(str(Path(folder) / f"{_NAME}.{self.format}"))
        self.browse = QPushButton(self.tr("&Browse…"))
        row = QHBoxLayout()
        row.addWidget(self.place, 1)
        row.addWidget(self.browse)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("&Format"), self.formats)
        form.addRow("", self.each)
        for box in (self.deidentify, self.keep_times, self.keep_addresses):
            form.addRow("", box)
        place = QLabel(self.tr("&Place"))
        place.setBuddy(self.place)
        form.addRow(place, row)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText(self.tr("Export"))
        self._ok.setProperty("primary", True)
        for button in self.buttons.buttons():
            button.setIcon(QIcon())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(14)
        layout.addLayout(form)
        layout.addWidget(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.browse.clicked.connect(self._browse)
        self.formats.currentIndexChanged.connect(self._fit_place)
        self.each.toggled.connect(self._fit_place)
        self.place.textChanged.connect(lambda text: self._ok.setEnabled(bool(text.strip())))

    @property
    def format(self) -> Format:
        return Format(self.formats.currentData())

    @property
    def target(self) -> Path:
        return Path(self.place.text().strip())

    @property
    def is_folder(self) -> bool:
        return self.each.isChecked()

    @property
    def pseudonyms(self) -> Pseudonyms | None:
        """What gives the pseudonyms of this export; None where nothing is to be replaced."""
        if not self.deidentify.isChecked():
            return None
        return Pseudonyms(keeps_times=self.keep_times.isChecked(), keeps_addresses=self.keep_addresses.isChecked())

    def _fit_place(self) -> None:
        """The name ends as the format wants it; a folder has no such ending."""
        if self.place.text().strip():
            self.place.setText(str(self.target.with_suffix("" if self.is_folder else f".{self.format}")))

    def _browse(self) -> None:
        """Whether files may be overwritten is asked later, and of typed names alike."""
        title, begin = self.windowTitle(), self.place.text().strip()
        if self.is_folder:
            chosen = QFileDialog.getExistingDirectory(self, title, str(Path(begin).parent))
        else:
            kinds = f"*.{self.format}"
            options = QFileDialog.Option.DontConfirmOverwrite
            chosen, _ = QFileDialog.getSaveFileName(self, title, begin, kinds, options=options)
        if chosen:
            self.place.setText(chosen)
