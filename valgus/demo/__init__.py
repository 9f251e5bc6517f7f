"""`valgus demo`: the whole live system on one machine, judged by a truth that it does not know."""
