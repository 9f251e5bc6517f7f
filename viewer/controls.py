"""What the keys of the viewer mean."""

from dataclasses import dataclass, field, replace

from reconstruct.types import LiveFrame
from viewer import subject, views
from viewer.room import Room
from viewer.scene import SceneOptions
from viewer.views import View

KEYS = {
    "1": "front view",
    "2": "side view, from the right",
    "3": "top view",
    "4": "close view",
    "5": "whole room",
    "F": "follow the person",
    "C": "cameras",
    "E": "error ellipsoids, 95 %",
    "A": "anatomical axes",
    "space": "pause",
    "← →": "one second back, on",
    "home": "start of the recording",
    "click": "choose a person",
    "H": "these keys",
    "Q": "quit",
}


@dataclass(frozen=True, slots=True)
class Controls:
    """What the watcher has switched on."""

    options: SceneOptions = field(default_factory=SceneOptions)
    follow: bool = False
    help: bool = False

    def after(self, key: str) -> "Controls":
        """Controls after a key; keys that switch nothing change nothing."""
        match key:
            case "c":
                return replace(self, options=replace(self.options, frusta=not self.options.frusta))
            case "e":
                return replace(self, options=replace(self.options, ellipsoids=not self.options.ellipsoids))
            case "a":
                return replace(self, options=replace(self.options, axes=not self.options.axes))
            case "f":
                return replace(self, follow=not self.follow)
            case "h":
                return replace(self, help=not self.help)
            case _:
                return self


def view_of_key(key: str, room: Room, frame: LiveFrame | None) -> View | None:
    """View that a key calls up, turned to the person where there is one; None for other keys."""
    centre, heading = subject.whereabouts(frame)
    match key:
        case "1":
            return views.front(centre, heading)
        case "2":
            return views.side(centre, heading)
        case "3":
            return views.top(centre, heading)
        case "4":
            return views.close(centre, heading)
        case "5":
            return views.whole_room(room.camera_centres, centre, heading)
        case _:
            return None
