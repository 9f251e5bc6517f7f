"""How good a rig is, measured on pictures that it was not fitted to, and the gates that a wrong one does not pass."""
