"""Is this machine ready?  One small check per question, each with its remedy."""
