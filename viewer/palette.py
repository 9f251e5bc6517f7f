"""Every colour of the viewer, as (red, green, blue) from 0 to 1.

The two sides differ in lightness as well as in hue, so that they stay apart for colour-blind eyes and in grey print.
"""

Colour = tuple[float, float, float]

LEFT: Colour = (0.13, 0.42, 0.78)
RIGHT: Colour = (0.93, 0.47, 0.08)
MIDDLE: Colour = (0.45, 0.48, 0.53)

BACKGROUND: Colour = (0.955, 0.962, 0.972)
FLOOR: Colour = (0.80, 0.82, 0.85)
FLOOR_METRE: Colour = (0.66, 0.69, 0.73)
CAMERA: Colour = (0.24, 0.28, 0.34)
ELLIPSOID: Colour = (0.62, 0.10, 0.38)
MARK: Colour = (0.36, 0.42, 0.52)
SHOWN_MARK: Colour = (0.11, 0.13, 0.17)

AXIS_X: Colour = (0.82, 0.16, 0.16)
AXIS_Y: Colour = (0.10, 0.58, 0.24)
AXIS_Z: Colour = (0.16, 0.24, 0.84)

PANEL: Colour = (1.0, 1.0, 1.0)
PANEL_EDGE: Colour = (0.82, 0.84, 0.87)
TEXT: Colour = (0.11, 0.13, 0.17)
FAINT_TEXT: Colour = (0.46, 0.49, 0.54)
ALERT: Colour = (0.75, 0.10, 0.10)
