"""Rigid transforms, cameras, rigs and rays: the ground floor that every other package stands on."""
