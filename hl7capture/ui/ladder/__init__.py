"""The ladder: a session as a sequence diagram between the device and the LIS.

`layout` says where everything stands (pure, without Qt), `painting` paints it on a screen or into a picture, `view` is
the widget, `minimap` the strip beside it, and `picture` and `saving` make a file of it.
"""

from hl7capture.ui.ladder.view import Ladder
from hl7capture.ui.ladder.words import direction_text, label_of

__all__ = ["Ladder", "direction_text", "label_of"]
