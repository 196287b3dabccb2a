"""Where a place is: its commune, and its point."""
