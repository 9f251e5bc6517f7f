"""What a node keeps on its own disk: every frame with its exact time, and what was seen in them.

A recording's folder can be processed as it is: `valgus process --videos` finds `<camera>.mkv` and
`<camera>.timestamps.csv`, `valgus process --keypoints` finds `<camera>.keypoints`.
"""
