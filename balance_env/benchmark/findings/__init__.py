"""What emerges among learned states: worlds full of them, measured, and a page in plain words made from the tables."""
