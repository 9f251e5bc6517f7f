"""The 3-D picture as plain geometry: a room that stands still, and what one live frame adds.

Nothing here knows how it is drawn; a window, a still picture and a test use the same scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reconstruct.types import LiveFrame
from viewer.body import anatomical_axes, body, error_ellipsoids
from viewer.company import company_of
from viewer.room import Room
from viewer.shapes import NO_LINES, NO_MESH, Label, Lines, Mesh

_CORE_SHARE = 0.45


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """What a watcher may switch on and off."""

    frusta: bool = True
    ellipsoids: bool = False
    axes: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything to draw: solid bodies and lines by layer, and words."""

    meshes: dict[str, Mesh]
    lines: dict[str, Lines]
    labels: tuple[Label, ...]


def build_scene(room: Room, frame: LiveFrame | None, options: SceneOptions, others: Sequence[LiveFrame] = ()) -> Scene:
    """The room, and in it the person of `frame` if there is one, the `others` who are subjects, and everybody else."""
    labels = room.camera_names if options.frusta else ()
    meshes: dict[str, Mesh] = {}
    lines = {"floor": room.floor, "frusta": room.frusta if options.frusta else NO_LINES}
    if frame is not None:
        meshes["body"] = body(frame.points, joint_share=_CORE_SHARE if options.ellipsoids else 1.0)
        meshes["axes"] = anatomical_axes(frame) if options.axes else NO_MESH
        lines["ellipsoids"] = error_ellipsoids(frame.points) if options.ellipsoids else NO_LINES
        company = company_of(frame, others)
        meshes["company"], lines["marks"], labels = company.bodies, company.marks, labels + company.labels
    return Scene(meshes, lines, labels)
