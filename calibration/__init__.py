"""Board sightings -> a rig in metres with a floor and gravity."""
