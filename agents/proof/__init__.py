"""Proof of learning: what trained runs show of the game, as one page that one command makes."""
