"""What emerges: measures of histories, each beside its null."""
