"""One leaf per framework; a leaf imports its library, and nothing imports a leaf."""
