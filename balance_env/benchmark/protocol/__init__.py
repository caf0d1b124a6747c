"""Who meets whom: the suite, its entrants, and how they are played and scored."""
