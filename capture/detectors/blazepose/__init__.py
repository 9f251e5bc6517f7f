"""BlazePose: a person detector that starts, and a landmark network that follows its own region of interest.

Decoding follows MediaPipe's graphs `pose_detection`, `pose_detection_to_roi`, `pose_landmark_by_roi` and
`pose_landmarks_to_roi` (Apache-2.0); the temporal smoothing of landmarks there is left out on purpose, because the
estimator needs raw measurements.
"""
