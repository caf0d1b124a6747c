"""Showing a world: tables, sentences and maps in plain text. Reads arrays and records, never steps rules."""
